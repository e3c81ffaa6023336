using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models.Linear;
using Vitrina.Engine.Models.Registry;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Replay;
using Vitrina.Learning.Training;

namespace Vitrina.Learning;

/// <summary>What one run of the loop found.</summary>
/// <param name="Model">The fitted model.</param>
/// <param name="Manifest">What it is, where it came from and how good it was.</param>
/// <param name="Report">How the fit went.</param>
/// <param name="Test">All lists of the test part.</param>
/// <param name="Randomised">The test lists that were shown in random order (context <c>slice: randomised</c>): free of position and selection bias.</param>
public sealed record LearningOutcome(LogisticModel Model, ModelManifest Manifest, LogisticTrainingReport Report, RankedLists Test, RankedLists Randomised);

/// <summary>START HERE: from the journal to a model that may serve. Survey → replay → split by time → fit → judge on later lists.</summary>
/// <remarks>Deterministic: the same journal, verticals, options and code give the same bytes.</remarks>
public sealed class LearningLoop
{
    /// <summary>The methods of the evaluation tables, in row order.</summary>
    public static IReadOnlyList<string> Methods { get; } = ["random", "shown", "popularity", "text", "cheapest", "last-touched", "vitrina"];

    // Attention falls steeply over the first places and slowly after them: the logarithm and the inverse together follow it.
    private const string Position = "position.log";
    private const string InversePosition = "position.inverse";
    private static readonly double[] PenaltyGrid = [1e-5, 1e-4, 1e-3, 1e-2];

    private readonly LearningOptions _options;
    private readonly CompiledVertical _vertical;
    private readonly string[] _columns;
    private readonly TrainingSet _train;
    private readonly TrainingSet _validation;
    private readonly List<TestList> _test = [];
    private readonly Func<RankingRecord, float[]?>? _truth;
    private int _group;

    private sealed record TestList(float[] Labels, float[][] Features, float[] Text, float[] Popularity, float[] Price, int[] LastTouched, float[] Position, float[]? Truth, bool IsRandomised);

    private LearningLoop(CompiledVertical vertical, LearningOptions options, Func<RankingRecord, float[]?>? truth)
    {
        (_vertical, _options, _truth) = (vertical, options, truth);
        _columns = [.. vertical.FeatureNames, Position, InversePosition];
        _train = new TrainingSet(_columns);
        _validation = new TrainingSet(_columns);
    }

    /// <summary>Learns a model from the journal.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="verticals">All verticals of the installation.</param>
    /// <param name="featureFolder">The folder of recorded feature vectors, or null.</param>
    /// <param name="options">What is learned.</param>
    /// <param name="truth">The planted relevance of a ranking's shown items, where a simulator knows it.</param>
    /// <param name="progress">Receives the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="NothingToLearnException">The log has no ranking of the surface, or nobody acted on one.</exception>
    public static LearningOutcome Run(
        IJournalStore journal,
        IReadOnlyList<CompiledVertical> verticals,
        string? featureFolder,
        LearningOptions options,
        Func<RankingRecord, float[]?>? truth = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(options);
        var vertical = verticals.FirstOrDefault(v => v.Name == options.Vertical)
            ?? throw new NothingToLearnException($"there is no vertical '{options.Vertical}'");
        var survey = JournalSurvey.Of(journal, options.Vertical, options.Surface, cancellationToken);
        if (survey.Places.Count < 10)
        {
            throw new NothingToLearnException($"the journal holds {survey.Places.Count} rankings of {options.Vertical}/{options.Surface}; import rankings or serve some first");
        }

        var loop = new LearningLoop(vertical, options, truth);
        var split = TimeSplit.Of(survey, options);
        var replay = new RankingReplay(journal, verticals, vertical, featureFolder, withText: true);
        replay.Run(survey, ranking => loop.Take(ranking, survey, split), progress, cancellationToken);
        return loop.Finish(survey, split);
    }

    private void Take(ReplayedRanking ranking, JournalSurvey survey, TimeSplit split)
    {
        var record = ranking.Record;
        var part = split.PartOf(record.AtMs);
        if (part == LogPart.WarmUp || survey.IsErased(record))
        {
            return;
        }

        var labels = new float[ranking.Items.Count];
        var positions = new float[labels.Length];
        var lastActed = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            var position = record.Offset + ranking.ShownIndex[row] + 1;
            labels[row] = survey.WasActedOn(record.Id, ranking.Items[row].Id.Value, _options.Label) ? 1 : 0;
            positions[row] = position;
            lastActed = labels[row] > 0 ? position : lastActed;
        }

        if (part == LogPart.Test)
        {
            _test.Add(new TestList(
                labels,
                [.. Enumerable.Range(0, _vertical.Features.Count).Select(column => ranking.Features.Column(column).ToArray())],
                ranking.TextScores,
                ranking.Popularity,
                [.. ranking.Items.Select(item => _vertical.PriceSlot < 0 ? float.NaN : (float)item.Numbers[_vertical.PriceSlot])],
                ranking.LastTouched,
                positions,
                TruthOf(ranking),
                record.Context.Any(pair => pair is { Key: "slice", Value: "randomised" })));
            return;
        }

        // Seen and not acted on: up to the last view where the client sends views, else one place beyond the last act.
        var lastSeen = Math.Max(survey.LastSeenOf(record.Id), record.AssumedViews);
        var last = lastSeen > 0 ? lastSeen : lastActed == 0 ? 0 : lastActed + 1;
        if (lastActed == 0 && (_options.Objective == LinearObjective.Listwise || last == 0))
        {
            return;
        }

        AddRows(part == LogPart.Train ? _train : _validation, ranking, labels, last);
    }

    private void AddRows(TrainingSet set, ReplayedRanking ranking, float[] labels, int lastPosition)
    {
        Span<float> features = stackalloc float[_columns.Length];
        _group++;
        for (var row = 0; row < labels.Length; row++)
        {
            var position = ranking.Record.Offset + ranking.ShownIndex[row] + 1;
            if (position > lastPosition && labels[row] == 0)
            {
                continue;
            }

            for (var column = 0; column < _columns.Length - 2; column++)
            {
                features[column] = ranking.Features[row, column];
            }

            features[^2] = MathF.Log(1 + position);
            features[^1] = 1f / position;
            set.Add(features, labels[row], 1, _group, position);
        }
    }

    private float[]? TruthOf(ReplayedRanking ranking)
    {
        var all = _truth?.Invoke(ranking.Record);
        return all is null ? null : [.. ranking.ShownIndex.Select(shown => all[shown])];
    }

    private LearningOutcome Finish(JournalSurvey survey, TimeSplit split)
    {
        if (_train.RowCount == 0 || _validation.RowCount == 0)
        {
            throw new NothingToLearnException($"no ranking of {_options.Vertical}/{_options.Surface} was acted on in the training part; send events of type '{EventTypes.NameOf(_options.Label)}' with their rankingId or token");
        }

        var trainerOptions = new LogisticTrainerOptions
        {
            Objective = _options.Objective,
            L2Grid = PenaltyGrid,
            Seed = _options.Seed,
            Threads = _options.Threads,
            FixedAtServing = _options.FixPosition ? new Dictionary<string, float> { [Position] = MathF.Log(2), [InversePosition] = 1 } : new Dictionary<string, float>(),
        };
        var (model, report) = LogisticTrainer.Train(_train, trainerOptions, _validation);
        var test = new RankedLists(_options.Seed, Methods);
        var randomised = new RankedLists(_options.Seed, Methods);
        foreach (var list in _test)
        {
            Judge(list, model, test);
            if (list.IsRandomised)
            {
                Judge(list, model, randomised);
            }
        }

        return new LearningOutcome(model, ManifestOf(model, survey, split, test), report, test, randomised);
    }

    private void Judge(TestList list, LogisticModel model, RankedLists lists)
    {
        var matrix = new Engine.Models.FeatureMatrix();
        matrix.Reset(list.Labels.Length, _columns.Length);
        for (var column = 0; column < list.Features.Length; column++)
        {
            list.Features[column].CopyTo(matrix.Column(column));
        }

        for (var row = 0; row < list.Position.Length; row++)
        {
            matrix.Column(_columns.Length - 2)[row] = MathF.Log(1 + list.Position[row]);
            matrix.Column(_columns.Length - 1)[row] = 1 / list.Position[row];
        }

        var scores = new float[list.Labels.Length];
        model.Score(matrix, model.ColumnsIn(_columns), scores);
        var none = new float[scores.Length];
        var shown = list.Position.Select(position => -position).ToArray();

        // What the user touched stands first, the latest on top; the rest as it was shown.
        var lastTouched = list.LastTouched.Select((order, row) => order > 0 ? 1000 - order : shown[row]).ToArray();
        lists.Add(
            list.Labels,
            [none, shown, list.Popularity, list.Text.Length == 0 ? none : list.Text, [.. list.Price.Select(price => -price)], lastTouched, scores],
            list.Truth);
    }

    private ModelManifest ManifestOf(LogisticModel model, JournalSurvey survey, TimeSplit split, RankedLists test)
    {
        var name = _options.Model ?? _vertical.Surfaces[_options.Surface].Declaration.Score.Model ?? $"{_options.Vertical}-{_options.Surface}";
        var version = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{survey.AsOf}-{_options.Seed}");
        var to = DateTimeOffset.FromUnixTimeMilliseconds(split.ValidationEndMs);
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var ndcg = test.Count == 0 ? [] : test.PerList("vitrina", relevances => RankingMetrics.Ndcg(relevances, 10)).Where(value => !double.IsNaN(value)).ToArray();
        if (ndcg.Length > 0)
        {
            metrics["ndcg@10"] = ndcg.Average();
            metrics["test_lists"] = ndcg.Length;
            metrics["auc"] = ProbabilityMetrics.Auc(test.Scores("vitrina"), test.Labels);
        }

        return new ModelManifest
        {
            Id = $"{name}/{version}",
            Name = name,
            Version = version,
            Vertical = _options.Vertical,
            Surface = _options.Surface,
            Features = [.. model.Features.Select(feature => new ManifestFeature(
                feature.Name,
                _vertical.Features.FirstOrDefault(f => f.Name == feature.Name)?.Origin == FeatureOrigin.Recorded ? "recorded" : "replayed",
                "a missing value has a weight of its own"))],
            Objective = _options.Objective.ToString().ToLowerInvariant(),
            Label = EventTypes.NameOf(_options.Label),
            Data = new ManifestDataRange(DateTimeOffset.FromUnixTimeMilliseconds(split.WarmUpEndMs), to, survey.AsOf),
            Metrics = metrics,
            Seed = _options.Seed,

            // The end of the data, not the wall clock: the same data give the same bytes.
            CreatedAt = to,
            CodeVersion = typeof(LearningLoop).Assembly.GetName().Version?.ToString(3) ?? "0",
            Stage = ModelStage.Candidate,
        };
    }
}
