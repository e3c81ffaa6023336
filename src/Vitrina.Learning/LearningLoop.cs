using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Features;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Verticals;
using Vitrina.Learning.Evaluation;
using Vitrina.Learning.Replay;
using Vitrina.Learning.Training;

namespace Vitrina.Learning;

/// <summary>What one run of the loop found.</summary>
/// <param name="Model">The fitted model.</param>
/// <param name="Manifest">What it is, where it came from and how good it was.</param>
/// <param name="Report">How the fits went.</param>
/// <param name="Test">All lists of the test part.</param>
/// <param name="Randomised">The test lists that were shown in random order (context <c>slice: randomised</c>): free of position and selection bias.</param>
public sealed record LearningOutcome(RankingModel Model, ModelManifest Manifest, LearningReport Report, RankedLists Test, RankedLists Randomised);

/// <summary>START HERE: from the journal to a model that may serve. Survey → replay → split by time → fit → judge on later lists.</summary>
/// <remarks>Deterministic: the same journal, verticals, options and code give the same bytes. Training rows stream; what is held stands at <see cref="LearningRows"/>.</remarks>
public sealed class LearningLoop
{
    /// <summary>The methods of the evaluation tables, in row order.</summary>
    public static IReadOnlyList<string> Methods => TestLists.Methods;

    private readonly LearningOptions _options;
    private readonly CompiledVertical _vertical;
    private readonly IJournalStore _journal;
    private readonly JournalSurvey _survey;
    private readonly TimeSplit _split;
    private readonly Engine.Ranking.Surface _surface;
    private readonly Func<RankingRecord, float[]?>? _truth;
    private double _unknownShare;

    private LearningLoop(IJournalStore journal, CompiledVertical vertical, LearningOptions options, Func<RankingRecord, float[]?>? truth, CancellationToken cancellationToken)
    {
        (_journal, _vertical, _options, _truth) = (journal, vertical, options, truth);
        if (!vertical.Surfaces.TryGetValue(options.Surface, out var surface))
        {
            throw new NothingToLearnException($"'{options.Vertical}' has no surface '{options.Surface}'; surfaces are {string.Join(", ", vertical.Surfaces.Keys)}");
        }

        _surface = surface;
        if (options.Monotone.Keys.FirstOrDefault(name => !surface.FeatureNames.Contains(name)) is { } unknown)
        {
            var nearest = NearestName.Find(unknown, surface.FeatureNames);
            throw new NothingToLearnException($"'{options.Vertical}/{options.Surface}' has no feature '{unknown}'{(nearest is null ? "" : $"; did you mean '{nearest}'?")}");
        }

        _survey = JournalSurvey.Of(journal, vertical, options.Surface, withShadow: false, options.ReconstructedLists, cancellationToken: cancellationToken);
        if (_survey.IsReconstructed)
        {
            // Nothing was shown, so that no place drew anybody's eye.
            _options = options with { PositionBias = PositionBias.None };
        }

        if (_survey.Places.Count < 10)
        {
            throw new NothingToLearnException($"the journal holds {_survey.Places.Count} rankings of {options.Vertical}/{options.Surface}; import rankings or serve some first");
        }

        _split = TimeSplit.Of(_survey, _options);
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
        var loop = Open(journal, verticals, options, truth, cancellationToken);
        void Replay(Action<LearningList> take) => loop.Replay(verticals, featureFolder, take, progress, cancellationToken);
        var columns = new LearningColumns(loop._surface.FeatureNames, loop._options.PositionBias == PositionBias.Feature);
        options = loop._options;
        var examination = options.PositionBias == PositionBias.Ipw ? loop.ExaminationOf(columns, Replay) : null;
        using var rows = new LearningRows(columns, options, Math.Min(1, options.LinearRows / Math.Max(1, loop._survey.ShownCount * options.TrainShare)), examination);
        var test = new List<LearningList>();
        var share = loop.ShareOfHeldLists();
        Replay(list =>
        {
            if (list.Part == LogPart.Train)
            {
                rows.Add(list);
            }
            else if (Shares.Holds(list.Id, share))
            {
                if (list.Part == LogPart.Validation)
                {
                    rows.Add(list);
                }
                else
                {
                    test.Add(list);
                }
            }
        });
        return loop.Finish(rows, test, examination, cancellationToken);
    }

    /// <summary>All lists of the training and the test part, in memory: for runs that fit many models to one log.</summary>
    internal static (LearningColumns Columns, List<LearningList> Lists) Collect(
        IJournalStore journal, IReadOnlyList<CompiledVertical> verticals, string? featureFolder, LearningOptions options, CancellationToken cancellationToken)
    {
        var loop = Open(journal, verticals, options, null, cancellationToken);
        var lists = new List<LearningList>();
        loop.Replay(verticals, featureFolder, lists.Add, null, cancellationToken);
        return (new LearningColumns(loop._surface.FeatureNames, loop._options.PositionBias == PositionBias.Feature), lists);
    }

    private static LearningLoop Open(
        IJournalStore journal, IReadOnlyList<CompiledVertical> verticals, LearningOptions options, Func<RankingRecord, float[]?>? truth, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(options);
        if (options is { Gains.Count: > 0, Objective: LearningObjective.Logistic })
        {
            throw new NothingToLearnException("grades need an objective that orders lists (listwise or pairwise): a probability has no grades");
        }

        if (options is { Monotone.Count: > 0, Kind: RankerKind.Logistic })
        {
            throw new NothingToLearnException("a direction of a feature can only be asked of trees: the linear model gives each feature the weight that fits");
        }

        var vertical = verticals.FirstOrDefault(v => v.Name == options.Vertical)
            ?? throw new NothingToLearnException($"there is no vertical '{options.Vertical}'");
        return new LearningLoop(journal, vertical, options, truth, cancellationToken);
    }

    private void Replay(IReadOnlyList<CompiledVertical> verticals, string? featureFolder, Action<LearningList> take, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var replay = new RankingReplay(_journal, verticals, _vertical, featureFolder, withText: !_surface.RanksGroups);
        replay.Run(
            _survey,
            ranking =>
            {
                var part = _split.PartOf(ranking.Record.AtMs);
                if (part != LogPart.WarmUp && !_survey.IsErased(ranking.Record) && IsOfPart(ranking.Record, part))
                {
                    take(ListOf(ranking, part));
                }
            },
            progress,
            cancellationToken);
        _unknownShare = replay.ShownItems == 0 ? 0 : (double)replay.UnknownItems / replay.ShownItems;
    }

    // Held-out people are judged on and never learned from; without any, everybody is both, at different times.
    private bool IsOfPart(RankingRecord record, LogPart part) =>
        _options.HeldOutUserShare <= 0 || (part == LogPart.Test) == Shares.Holds(record.User ?? record.Session ?? record.Id, _options.HeldOutUserShare);

    private LearningList ListOf(ReplayedRanking ranking, LogPart part)
    {
        var record = ranking.Record;
        var all = _truth?.Invoke(record);
        return new LearningList
        {
            Id = record.Id,
            Part = part,
            Labels = [.. ranking.Items.Select(item => LabelOf(_survey.ActsOn(record.Id, item.Id.Value)))],
            Features = [.. Enumerable.Range(0, _surface.Features.Count).Select(column => ranking.Features.Column(column).ToArray())],
            Positions = [.. ranking.ShownIndex.Select(shown => record.Offset + shown + 1)],
            LastSeen = Math.Max(_survey.LastSeenOf(record.Id), record.AssumedViews),
            VisitorWeight = _survey.WeightOf(record),
            IsRandomised = IsRandomised(record),
            Text = ranking.TextScores,
            Popularity = ranking.Popularity,
            Price = [.. ranking.Items.Select(item => _vertical.PriceSlot < 0 ? float.NaN : (float)item.Numbers[_vertical.PriceSlot])],
            LastTouched = ranking.LastTouched,
            Truth = all is null ? null : [.. ranking.ShownIndex.Select(shown => all[shown])],
        };
    }

    private static bool IsRandomised(RankingRecord record) => record.Context.Any(pair => pair is { Key: "slice", Value: "randomised" });

    private float LabelOf(uint acts)
    {
        if (_options.Gains.Count == 0)
        {
            return (acts & (1u << (int)_options.Label)) != 0 ? 1 : 0;
        }

        return _options.Gains.Where(gain => (acts & (1u << (int)gain.Key)) != 0).Select(gain => gain.Value).DefaultIfEmpty(0).Max();
    }

    private double ShareOfHeldLists()
    {
        var (validation, test) = (0, 0);
        foreach (var place in _survey.Places)
        {
            var part = _split.PartOf(place.AtMs);
            (validation, test) = (validation + (part == LogPart.Validation ? 1 : 0), test + (part == LogPart.Test ? 1 : 0));
        }

        return Math.Min(1, (double)_options.MaxLists / Math.Max(1, Math.Max(validation, test)));
    }

    // How people look is asked of people: a program that reads and clicks everything counts no more than a busy person.
    // Randomised lists tell it alone; without enough of them a sample of all lists does, by regression-EM.
    private float[] ExaminationOf(LearningColumns columns, Action<Action<LearningList>> replay)
    {
        var randomised = new Examination();
        var sample = new TrainingSet(columns.Names);
        var values = new float[columns.Names.Count];
        var share = Math.Min(1, _options.LinearRows / 20.0 / Math.Max(1, _survey.ShownCount * _options.TrainShare));
        var group = 0;
        replay(list =>
        {
            group++;
            for (var row = 0; list.Part == LogPart.Train && row < list.Labels.Length; row++)
            {
                if (list.IsRandomised)
                {
                    randomised.Note(list.Positions[row], list.Labels[row] > 0, list.VisitorWeight);
                }

                if (Shares.Holds(list.Id, share))
                {
                    columns.Fill(list, row, values);
                    sample.Add(values, list.Labels[row] > 0 ? 1 : 0, list.VisitorWeight, group, list.Positions[row]);
                }
            }
        });
        return randomised.Acts >= Examination.EnoughActs ? randomised.OfRandomised() : Examination.OfRegressionEm(sample, _options.Seed, _options.Threads);
    }

    private LearningOutcome Finish(LearningRows rows, List<LearningList> lists, float[]? examination, CancellationToken cancellationToken)
    {
        if (rows.RowCount == 0 || rows.Validation.RowCount == 0)
        {
            throw new NothingToLearnException($"no ranking of {_options.Vertical}/{_options.Surface} was acted on in the training part; send events of type '{EventTypes.NameOf(_options.Label)}' with their rankingId or token");
        }

        var fit = RankerFit.Of(rows, _options, cancellationToken);
        var test = new TestLists(rows.Columns, _options.Seed);
        foreach (var list in lists)
        {
            test.Judge(list, fit.Linear, fit.Chosen);
        }

        return new LearningOutcome(fit.Chosen, ManifestOf(fit.Chosen, test.All), fit.Report with { Examination = examination, UnknownShare = _unknownShare }, test.All, test.Randomised);
    }

    private ModelManifest ManifestOf(RankingModel model, RankedLists test)
    {
        var name = _options.Model ?? _surface.Declaration.Score.Model ?? $"{_options.Vertical}-{_options.Surface}";
        var version = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{_survey.AsOf}-{_options.Seed}");
        var to = DateTimeOffset.FromUnixTimeMilliseconds(_split.ValidationEndMs);
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        var ndcg = test.Count == 0 ? [] : test.PerList("vitrina", relevances => RankingMetrics.Ndcg(relevances, 10)).Where(value => !double.IsNaN(value)).ToArray();
        if (ndcg.Length > 0)
        {
            metrics["ndcg@10"] = ndcg.Average();
            metrics["test_lists"] = ndcg.Length;
            metrics["auc"] = ProbabilityMetrics.Auc(test.Scores("vitrina"), test.Labels);
        }

        var missing = model.Kind == "trees" ? "each split sends missing values the way that fitted better" : "a missing value has a weight of its own";
        return new ModelManifest
        {
            Id = $"{name}/{version}",
            Name = name,
            Version = version,
            Vertical = _options.Vertical,
            Surface = _options.Surface,
            Features = [.. model.Inputs.Select(input => new ManifestFeature(
                input.Name,
                _surface.Features.FirstOrDefault(f => f.Name == input.Name)?.Origin == FeatureOrigin.Recorded ? "recorded" : "replayed",
                missing))],
            Kind = model.Kind,
            Objective = _options.Objective.ToString().ToLowerInvariant(),
            Label = _options.Gains.Count == 0
                ? EventTypes.NameOf(_options.Label)
                : string.Join(',', _options.Gains.OrderBy(gain => gain.Key).Select(gain => FormattableString.Invariant($"{EventTypes.NameOf(gain.Key)}={gain.Value}"))),
            Data = new ManifestDataRange(DateTimeOffset.FromUnixTimeMilliseconds(_split.WarmUpEndMs), to, _survey.AsOf),
            Metrics = metrics,
            Seed = _options.Seed,

            // The end of the data, not the wall clock: the same data give the same bytes.
            CreatedAt = to,
            CodeVersion = typeof(LearningLoop).Assembly.GetName().Version?.ToString(3) ?? "0",
            Stage = ModelStage.Candidate,
        };
    }
}
