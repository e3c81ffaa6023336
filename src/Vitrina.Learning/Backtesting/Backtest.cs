using Vitrina.Engine;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Chance;
using Vitrina.Learning.Replay;

namespace Vitrina.Learning.Backtesting;

/// <summary>START HERE for comparisons: replays recorded lists with the serving code's own state and lets two contenders order each of them.</summary>
/// <remarks>
/// Labels are what people did with the list as it was shown, whoever ordered it: `shown` has the advantage of its own top places, which two models
/// share. Deterministic for a seed.
/// </remarks>
public sealed class Backtest
{
    private readonly BacktestOptions _options;
    private readonly CompiledVertical _vertical;
    private readonly (Contender Baseline, Contender Candidate) _sides;
    private readonly List<JudgedList> _lists = [];
    private readonly HashSet<string> _knownUsers = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _askedBefore = new(StringComparer.Ordinal);
    private readonly PageMixer? _mixer;
    private readonly long _fromMs;
    private readonly long _toMs;

    private Backtest(CompiledVertical vertical, BacktestOptions options, Contender baseline, Contender candidate)
    {
        (_vertical, _options, _sides) = (vertical, options, (baseline, candidate));
        _mixer = options.At == BacktestPlace.Page ? new PageMixer(vertical, options.Surface) : null;
        _fromMs = (options.From ?? TrainedUntil(baseline, candidate))?.ToUnixTimeMilliseconds() ?? long.MinValue;
        _toMs = options.To?.ToUnixTimeMilliseconds() ?? long.MaxValue;
    }

    /// <summary>Where the training data of the models among the contenders end; null when none is a model.</summary>
    public static DateTimeOffset? TrainedUntil(params Contender[] contenders)
    {
        ArgumentNullException.ThrowIfNull(contenders);
        var ends = contenders.OfType<Contender.Model>().Select(model => model.Loaded.Manifest.Data.To).ToList();
        return ends.Count == 0 ? null : ends.Max();
    }

    /// <summary>Compares two contenders.</summary>
    /// <param name="journal">The journal.</param>
    /// <param name="verticals">All verticals of the installation.</param>
    /// <param name="featureFolder">The folder of recorded feature vectors, or null.</param>
    /// <param name="baseline">The contender to beat.</param>
    /// <param name="candidate">The other one.</param>
    /// <param name="options">On which lists, by which figures.</param>
    /// <param name="visit">Also receives every replayed list of the surface, whatever its time; null = nobody.</param>
    /// <param name="progress">Receives the share that is done, 0 to 1.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    /// <exception cref="NothingToLearnException">No list of the surface lies in the span.</exception>
    public static BacktestReport Run(
        IJournalStore journal,
        IReadOnlyList<CompiledVertical> verticals,
        string? featureFolder,
        Contender baseline,
        Contender candidate,
        BacktestOptions options,
        Action<ReplayedRanking>? visit = null,
        IProgress<double>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(journal);
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(options);
        var vertical = verticals.FirstOrDefault(known => known.Name == options.Vertical)
            ?? throw new NothingToLearnException($"there is no vertical '{options.Vertical}'");
        if (!vertical.Surfaces.ContainsKey(options.Surface))
        {
            throw new NothingToLearnException($"'{options.Vertical}' has no surface '{options.Surface}'; surfaces are {string.Join(", ", vertical.Surfaces.Keys)}");
        }

        var survey = JournalSurvey.Of(journal, vertical, options.Surface, withShadow: true, new LearningOptions { Vertical = options.Vertical, Surface = options.Surface }.ReconstructedLists, cancellationToken: cancellationToken);
        var backtest = new Backtest(vertical, options, baseline, candidate);
        var replay = new RankingReplay(journal, verticals, vertical, featureFolder, withText: !vertical.Surfaces[options.Surface].RanksGroups) { WithUnshown = options.At == BacktestPlace.Page };
        replay.Run(
            survey,
            ranking =>
            {
                visit?.Invoke(ranking);
                backtest.Take(ranking, survey, replay.State);
            },
            progress,
            cancellationToken);
        return backtest.Report(survey);
    }

    private BacktestReport Report(JournalSurvey survey)
    {
        if (_lists.Count == 0)
        {
            var span = _fromMs == long.MinValue ? "" : $" from {DateTimeOffset.FromUnixTimeMilliseconds(_fromMs):yyyy-MM-dd HH:mm} on";
            throw new NothingToLearnException(
                $"no list of {_options.Vertical}/{_options.Surface}{span} can be judged by both {_sides.Baseline.Name} and {_sides.Candidate.Name} ({survey.Places.Count} lists in all); models are judged after their training data unless --from says otherwise");
        }

        return new BacktestReport(_options, _sides.Baseline, _sides.Candidate, _lists, survey.AsOf);
    }

    private void Take(ReplayedRanking ranking, JournalSurvey survey, EngineState state)
    {
        var record = ranking.Record;
        if (survey.IsErased(record))
        {
            return;
        }

        var slices = SlicesOf(record);
        var isRandomised = record.Context.Any(pair => pair is { Key: "slice", Value: "randomised" });
        if (record.AtMs < _fromMs || record.AtMs >= _toMs || (_options.RandomisedOnly && !isRandomised))
        {
            return;
        }

        var (labels, seen) = LabelsOf(ranking, survey);
        int[] ties = [.. Enumerable.Range(0, labels.Length)];
        RandomStream.For(_options.Seed, "ties", (ulong)_lists.Count).Shuffle<int>(ties);
        if (SideOf(_sides.Baseline, ranking, state, ties) is not { } baseline || SideOf(_sides.Candidate, ranking, state, ties) is not { } candidate)
        {
            return;
        }

        var relevant = Array.FindIndex(labels, label => label > 0);
        if (relevant >= 0)
        {
            slices["item"] = ranking.Popularity[relevant] > 0 ? "warm" : "cold";
        }

        _lists.Add(new JudgedList
        {
            RankingId = record.Id,
            AtMs = record.AtMs,
            Query = record.Query,
            Items = [.. ranking.Items.Select(item => item.Id.Value)],
            Labels = labels,
            SeenRows = seen,
            Baseline = baseline,
            Candidate = candidate,
            Slices = slices,
            RelevantPrice = relevant >= 0 && _vertical.PriceSlot >= 0 ? ranking.Items[relevant].Numbers[_vertical.PriceSlot] : double.NaN,
        });
    }

    private (float[] Labels, int Seen) LabelsOf(ReplayedRanking ranking, JournalSurvey survey)
    {
        var record = ranking.Record;
        var labels = new float[ranking.Items.Count];
        var lastActed = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            labels[row] = ranking.ShownIndex[row] < 0 ? float.NaN : (survey.ActsOn(record.Id, ranking.Items[row].Id.Value) >> (int)_options.Label) & 1;
            lastActed = labels[row] > 0 ? record.Offset + ranking.ShownIndex[row] + 1 : lastActed;
        }

        // Seen: up to the last view where views are sent or assumed, else one place beyond the last act.
        var lastSeen = Math.Max(survey.LastSeenOf(record.Id), record.AssumedViews);
        var last = Math.Max(lastActed, lastSeen > 0 ? lastSeen : lastActed == 0 ? 0 : lastActed + 1);
        var seen = 0;
        while (seen < labels.Length && ranking.ShownIndex[seen] >= 0 && record.Offset + ranking.ShownIndex[seen] + 1 <= last)
        {
            seen++;
        }

        return (labels, seen);
    }

    private SideOfList? SideOf(Contender contender, ReplayedRanking ranking, EngineState state, int[] ties)
    {
        var scores = new float[ranking.Items.Count];
        if (!contender.TryScore(ranking, scores))
        {
            return null;
        }

        for (var row = 0; row < scores.Length; row++)
        {
            scores[row] = float.IsNaN(scores[row]) ? float.MinValue : scores[row];
        }

        // Equal scores by chance, the same chance for both sides.
        int[] order = [.. Enumerable.Range(0, scores.Length)];
        Array.Sort(order, (x, y) => scores[x] != scores[y] ? scores[y].CompareTo(scores[x]) : ties[x].CompareTo(ties[y]));
        var page = _mixer?.Order(ranking.Record, (_vertical.Surfaces[_options.Surface].RanksGroups ? state.Live(_vertical.Name) : state.LiveWithText(_vertical.Name)), state.Catalog, ranking.Items, Distinct(scores, order));
        return new SideOfList(scores, order, page, [.. scores.Select(contender.ProbabilityOf)]);
    }

    // Scores that fall along an order, each by a bit at least: mixing then breaks ties as the order did, and what differs is its own doing.
    private static float[] Distinct(float[] scores, int[] order)
    {
        float[] distinct = [.. scores];
        for (var place = 1; place < order.Length; place++)
        {
            distinct[order[place]] = Math.Min(distinct[order[place]], MathF.BitDecrement(distinct[order[place - 1]]));
        }

        return distinct;
    }

    private Dictionary<string, string> SlicesOf(RankingRecord record)
    {
        var slices = new Dictionary<string, string>(StringComparer.Ordinal) { ["vertical"] = record.Vertical };
        slices["user"] = record.User is null ? "anonymous" : _knownUsers.Add(record.User) ? "new" : "known";
        if (string.IsNullOrWhiteSpace(record.Query))
        {
            slices["query"] = "none";
            return slices;
        }

        var words = record.Query.Trim().ToLowerInvariant();
        var before = _askedBefore.GetValueOrDefault(words);
        _askedBefore[words] = before + 1;
        slices["query"] = before switch { 0 => "first time", < 10 => "rare", < 100 => "usual", _ => "frequent" };
        return slices;
    }
}
