using System.Diagnostics;
using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Registry;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Replay;

namespace Vitrina.Learning.Backtesting;

/// <summary>Gives a model version what the publish gates ask for: a comparison with what serves, a calibration, its speed, its features' missing rates.</summary>
/// <remarks>
/// Everything comes from lists later than the training data. The earlier half of them fits the calibration, the later half judges it; the comparison
/// of orders uses all, since calibration changes no order.
/// </remarks>
public sealed class CandidateEvaluation
{
    private const int ScoredCandidates = 500;
    private const int TimedRuns = 51;
    private const int ExplainedRows = 2_000;

    private readonly LoadedModel _candidate;
    private readonly CompiledVertical _vertical;
    private readonly int[] _columns;
    private readonly double[] _importance;
    private readonly long[] _missingBefore;
    private readonly long[] _missingAfter;
    private readonly List<float[]> _rows = [];
    private long _rowsBefore;
    private long _rowsAfter;
    private int _explainedBefore;
    private int _explainedAfter;

    private CandidateEvaluation(LoadedModel candidate, CompiledVertical vertical)
    {
        (_candidate, _vertical) = (candidate, vertical);
        _columns = candidate.Model.ColumnsIn(vertical.FeatureNamesOf(candidate.Manifest.Surface));
        _importance = new double[_columns.Length];
        _missingBefore = new long[_columns.Length];
        _missingAfter = new long[_columns.Length];
    }

    /// <summary>Evaluates a version and stores what was found: `evaluation.json`, and in the manifest the calibration, importance and missing rates.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="verticals">All verticals of the installation.</param>
    /// <param name="data">Where models and recorded vectors stand.</param>
    /// <param name="manifest">The version.</param>
    /// <param name="method">How its score becomes a probability.</param>
    /// <param name="seed">Seeds ties and intervals.</param>
    /// <param name="progress">Receives the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="NothingToLearnException">There is no list later than the training data.</exception>
    /// <exception cref="ModelMismatchException">The version needs features that the vertical does not have.</exception>
    public static (ModelEvaluation Evaluation, BacktestReport Report) Run(
        IJournalStore journal,
        IReadOnlyList<CompiledVertical> verticals,
        DataDirectory data,
        ModelManifest manifest,
        CalibrationMethod method,
        ulong seed = 1,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(manifest);
        var vertical = verticals.FirstOrDefault(known => known.Name == manifest.Vertical)
            ?? throw new NothingToLearnException($"{manifest.Id} ranks '{manifest.Vertical}', and there is no such vertical");
        if (ModelFolder.FindsCandidates(manifest.Kind))
        {
            throw new NothingToLearnException($"{manifest.Id} finds candidates and orders no list; evaluate the model that orders them");
        }

        var models = new ModelFolder(data.Models);
        var candidate = models.Load(manifest.Name, manifest.Version);
        var evaluation = new CandidateEvaluation(candidate, vertical);
        var serving = ServingVersions.Of(journal, models, cancellationToken).GetValueOrDefault(manifest.Name);
        var baseline = Named(ModelStages.BaselineOf(manifest, vertical, serving), models, vertical);

        // Several graded labels in one: orders are compared by the act that all of them begin with.
        var label = EventTypes.TryParse(manifest.Label, out var single) ? single : EventType.Click;

        // The baseline may have learned from later data than the candidate; its advantage there would be none of its own.
        var options = new BacktestOptions { Vertical = manifest.Vertical, Surface = manifest.Surface, Label = label, Seed = seed };
        var report = Backtest.Run(
            journal, verticals, data.Features, baseline, new Contender.Model(candidate, vertical.FeatureNamesOf(manifest.Surface)), options, evaluation.Take, progress, cancellationToken);
        var (scores, labels, firstHalf) = report.SeenScores();
        var calibration = evaluation.Calibrate(scores, labels, firstHalf, method);
        var result = evaluation.Result(report, baseline.Name, calibration, scores.AsSpan(firstHalf), labels.AsSpan(firstHalf));
        evaluation.Store(models, result, calibration);
        return (result, report);
    }

    /// <summary>A contender by name: `shown`, `popularity`, `text`, or a version as name/version.</summary>
    /// <exception cref="FileNotFoundException">There is no such version.</exception>
    public static Contender Named(string name, ModelFolder models, CompiledVertical vertical)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(models);
        ArgumentNullException.ThrowIfNull(vertical);
        return name switch
        {
            "shown" => new Contender.Shown(),
            "popularity" => new Contender.Popular(),
            "text" => new Contender.Text(),
            _ => name.Split('/') is [var model, var version]
                ? ModelOf(models.Load(model, version), vertical)
                : throw new FileNotFoundException($"'{name}' is neither a model version (name/version) nor one of {string.Join(", ", Contender.Words)}"),
        };
    }

    private static Contender.Model ModelOf(LoadedModel loaded, CompiledVertical vertical) => new(loaded, vertical.FeatureNamesOf(loaded.Manifest.Surface));

    private void Take(ReplayedRanking ranking)
    {
        var data = _candidate.Manifest.Data;
        var at = DateTimeOffset.FromUnixTimeMilliseconds(ranking.Record.AtMs);
        if (at < data.From)
        {
            return;
        }

        var isLater = at >= data.To;
        var missing = isLater ? _missingAfter : _missingBefore;
        for (var row = 0; row < ranking.Items.Count; row++)
        {
            for (var input = 0; input < _columns.Length; input++)
            {
                missing[input] += _columns[input] >= 0 && float.IsNaN(ranking.Features[row, _columns[input]]) ? 1 : 0;
            }
        }

        (_rowsBefore, _rowsAfter) = isLater ? (_rowsBefore, _rowsAfter + ranking.Items.Count) : (_rowsBefore + ranking.Items.Count, _rowsAfter);
        Explain(ranking, isLater);
    }

    // Half of the rows from the training range: a feature that has gone missing since shows its weight only there.
    private void Explain(ReplayedRanking ranking, bool isLater)
    {
        ref var explained = ref isLater ? ref _explainedAfter : ref _explainedBefore;
        int[] rows = [.. Enumerable.Range(0, Math.Min(ranking.Items.Count, (ExplainedRows / 2) - explained))];
        var contributions = new double[rows.Length * _columns.Length];
        _candidate.Model.Contributions(ranking.Features, rows, _columns, contributions);
        explained += rows.Length;
        foreach (var row in rows)
        {
            for (var input = 0; input < _columns.Length; input++)
            {
                _importance[input] += _candidate.Model.Inputs[input].FixedAtServing is null ? Math.Abs(contributions[(row * _columns.Length) + input]) : 0;
            }

            if (isLater && _rows.Count < ScoredCandidates)
            {
                _rows.Add([.. Enumerable.Range(0, ranking.Features.Columns).Select(column => ranking.Features[row, column])]);
            }
        }
    }

    private ScoreCalibration? Calibrate(float[] scores, float[] labels, int firstHalf, CalibrationMethod method)
    {
        var manifest = _candidate.Manifest;
        var calibration = method == CalibrationMethod.Keep && (manifest.Calibration is not null || manifest.Objective == "logistic")
            ? manifest.Calibration ?? CalibrationFitter.Fit([], [], CalibrationMethod.None)
            : CalibrationFitter.Fit(scores.AsSpan(0, firstHalf), labels.AsSpan(0, firstHalf), method);
        return calibration is null ? null : CalibrationFitter.Judge(calibration, scores.AsSpan(firstHalf), labels.AsSpan(firstHalf));
    }

    private ModelEvaluation Result(BacktestReport report, string baseline, ScoreCalibration? calibration, ReadOnlySpan<float> laterScores, ReadOnlySpan<float> laterLabels)
    {
        var difference = report.Difference;
        return new ModelEvaluation
        {
            Model = _candidate.Manifest.Id,
            Baseline = baseline,
            Label = _candidate.Manifest.Label,
            From = report.From,
            To = report.To,
            AsOf = report.AsOf,
            Lists = report.JudgedCount,
            Metric = report.Metric,
            Candidate = Finite(difference.Candidate),
            Reference = Finite(difference.Baseline),
            Difference = Finite(difference.Paired.Interval.Mean),
            DifferenceLow = Finite(difference.Paired.Interval.Low),
            DifferenceHigh = Finite(difference.Paired.Interval.High),
            PValue = Finite(difference.Paired.PValue),
            Ece = calibration?.Ece,
            EceByChance = calibration is null || laterScores.IsEmpty ? null : CalibrationFitter.EceByChance(CalibrationFitter.Probabilities(calibration, laterScores), report.Options.Seed),
            CalibrationSlope = calibration?.CalibrationSlope,
            LogLoss = calibration is null || laterScores.IsEmpty ? null : ProbabilityMetrics.LogLoss(CalibrationFitter.Probabilities(calibration, laterScores), laterLabels),
            Rows = laterScores.Length,
            ScoreMicroseconds = Time(),
            ScoredCandidates = _rows.Count,
            Features = [.. _candidate.Model.Inputs.Select((input, i) => new EvaluatedFeature(
                input.Name, Share(_missingAfter[i], _rowsAfter) ?? 0, Share(_missingBefore[i], _rowsBefore), _importance[i] / Math.Max(1, _explainedBefore + _explainedAfter)))],
        };
    }

    // The median of many runs: one interruption by another process is not the model's cost.
    private double? Time()
    {
        if (_rows.Count == 0)
        {
            return null;
        }

        var matrix = new FeatureMatrix();
        matrix.Reset(_rows.Count, _vertical.FeatureNamesOf(_candidate.Manifest.Surface).Count);
        for (var row = 0; row < _rows.Count; row++)
        {
            for (var column = 0; column < matrix.Columns; column++)
            {
                matrix[row, column] = _rows[row][column];
            }
        }

        var scores = new float[_rows.Count];
        var microseconds = new double[TimedRuns];
        for (var run = -5; run < TimedRuns; run++)
        {
            var started = Stopwatch.GetTimestamp();
            _candidate.Model.Score(matrix, _columns, scores);
            microseconds[Math.Max(run, 0)] = Stopwatch.GetElapsedTime(started).TotalMicroseconds;
        }

        Array.Sort(microseconds);
        return microseconds[TimedRuns / 2];
    }

    private void Store(ModelFolder models, ModelEvaluation evaluation, ScoreCalibration? calibration)
    {
        var (name, version) = (_candidate.Manifest.Name, _candidate.Manifest.Version);
        models.SaveEvaluation(name, version, evaluation);
        models.Change(name, version, manifest => manifest with
        {
            Calibration = calibration,
            Metrics = new Dictionary<string, double>(manifest.Metrics.Concat(FiguresOf(evaluation)).GroupBy(figure => figure.Key).Select(figure => figure.Last())),
            Features = [.. manifest.Features.Select((feature, i) => feature with
            {
                Type = feature.Type ?? "number",
                MissingRate = evaluation.Features[i].TrainingMissingRate,
                Importance = evaluation.Features[i].Importance,
            })],
        });
    }

    private static IEnumerable<KeyValuePair<string, double>> FiguresOf(ModelEvaluation evaluation) => new (string Key, double? Value)[]
    {
        ($"later_{evaluation.Metric}", evaluation.Candidate), ("later_lists", evaluation.Lists), ("ece", evaluation.Ece),
        ("calibration_slope", evaluation.CalibrationSlope), ("log_loss", evaluation.LogLoss),
    }.Where(figure => figure.Value is { } value && double.IsFinite(value)).Select(figure => KeyValuePair.Create(figure.Key, figure.Value!.Value));

    private static double? Share(long count, long rows) => rows == 0 ? null : (double)count / rows;

    private static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
