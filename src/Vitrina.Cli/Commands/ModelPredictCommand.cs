using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Trees;

namespace Vitrina.Cli.Commands;

/// <summary><c>vitrina models predict</c>: what a model says of rows in a file, whoever trained it.</summary>
internal static class ModelPredictCommand
{
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "A LightGBM text model, an XGBoost JSON model, a model.bin, a version's folder, or name[/version]." };
        var rows = new Argument<string>("rows") { Description = "Tab-separated rows with a header, plain or .gz; empty, na and nan are missing." };
        var raw = new Option<bool>("--raw") { Description = "Print raw scores (margins) instead of predictions." };
        var contributions = new Option<bool>("--contributions") { Description = "Print a contribution per feature, then the base value; they sum to the raw score." };
        var (data, json) = (EngineAccess.DataOption(), EngineAccess.JsonOption());
        var command = new Command("predict", "Score the rows of a file, one line per row. Example: vitrina models predict model.txt rows.tsv --raw")
        {
            model, rows, raw, contributions, data, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            if (parsed.GetValue(raw) && parsed.GetValue(contributions))
            {
                throw new UsageException("--raw and --contributions are two outputs: give one of them");
            }

            var predictor = new RowPredictor(ModelSource.Open(parsed.GetValue(model)!, parsed.GetValue(data)!));
            var kind = parsed.GetValue(raw) ? PredictionKind.Raw : parsed.GetValue(contributions) ? PredictionKind.Contributions : PredictionKind.Prediction;
            return Task.FromResult(Run(predictor, kind, parsed.GetValue(rows)!, parsed.GetValue(json), cancellation));
        });
        return command;
    }

    private static int Run(RowPredictor predictor, PredictionKind kind, string path, bool isJson, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new UsageException($"there is no file '{path}'");
        }

        using var rows = new PredictionRows(path, [.. predictor.Model.Inputs.Select(input => (input.Name, input.FixedAtServing is null))]);
        using var output = new StreamWriter(Console.OpenStandardOutput(), bufferSize: 1 << 16);
        var values = new double[predictor.Model.Inputs.Count];
        var answers = new double[kind == PredictionKind.Contributions ? values.Length + 1 : 1];
        var document = new JsonArray();
        while (rows.Read(values))
        {
            cancellationToken.ThrowIfCancellationRequested();
            predictor.Predict(values, kind, answers);
            if (isJson)
            {
                document.Add(new JsonArray([.. answers.Select(answer => (JsonNode)answer)]));
                continue;
            }

            output.WriteLine(string.Join('\t', answers.Select(answer => answer.ToString("R", CultureInfo.InvariantCulture))));
        }

        if (isJson)
        {
            output.WriteLine(new JsonObject { ["output"] = kind.ToString().ToLowerInvariant(), ["rows"] = document }.ToJsonString(Terminal.JsonOptions));
        }

        return 0;
    }
}

/// <summary>What is printed of a row.</summary>
internal enum PredictionKind
{
    /// <summary>What the score predicts: a probability, a rate, or the raw score of a rank.</summary>
    Prediction,

    /// <summary>The raw score.</summary>
    Raw,

    /// <summary>A contribution per input, then the base value.</summary>
    Contributions,
}

/// <summary>Scores rows of doubles with any model; trees by the plain walk, so that no value is rounded to a float on its way.</summary>
internal sealed class RowPredictor(RankingModel model)
{
    private readonly FeatureMatrix _matrix = new();
    private readonly int[] _columns = [.. Enumerable.Range(0, model.Inputs.Count)];
    private readonly float[] _score = new float[1];

    public RankingModel Model => model;

    /// <summary>Scores a row.</summary>
    /// <param name="values">Values by input; those of fixed inputs are overwritten.</param>
    /// <param name="kind">What is wanted.</param>
    /// <param name="answers">Receives one value, or the contributions and the base value.</param>
    public void Predict(double[] values, PredictionKind kind, double[] answers)
    {
        for (var input = 0; input < values.Length; input++)
        {
            values[input] = model.Inputs[input].FixedAtServing ?? values[input];
        }

        if (model is TreeModel trees)
        {
            PredictTrees(trees, values, kind, answers);
            return;
        }

        _matrix.Reset(1, values.Length);
        for (var input = 0; input < values.Length; input++)
        {
            _matrix[0, input] = (float)values[input];
        }

        if (kind == PredictionKind.Contributions)
        {
            model.Contributions(_matrix, 0, _columns, answers);
            answers[^1] = model.BaseScore;
            return;
        }

        model.Score(_matrix, _columns, _score);
        answers[0] = kind == PredictionKind.Raw ? _score[0] : RankingModel.Probability(_score[0]);
    }

    private static void PredictTrees(TreeModel trees, double[] values, PredictionKind kind, double[] answers)
    {
        if (kind == PredictionKind.Contributions)
        {
            trees.Explain(values, answers);
            answers[^1] = trees.BaseScore;
            return;
        }

        var raw = trees.Ensemble.Score(values);
        answers[0] = kind == PredictionKind.Raw ? raw : trees.Ensemble.Link.Predict(raw);
    }
}
