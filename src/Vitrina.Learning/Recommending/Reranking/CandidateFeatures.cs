using System.Numerics.Tensors;
using Vitrina.Learning.Recommending.Sources;

namespace Vitrina.Learning.Recommending.Reranking;

/// <summary>What the re-ranker knows of a candidate: every source's score, rank and share of the best score, and counts of items and pairs.</summary>
/// <remarks>No feature is an id or depends on the order of ids. Safe for concurrent use; workspaces are not shared.</remarks>
internal sealed class CandidateFeatures
{
    private const int SourceFeatures = 3;
    private const int RecentItems = 3;
    private const int HistoryForCosine = 20;
    private const int TimedItems = 5;
    private static readonly string[] s_agreement = ["agreement", "best_rank"];
    private static readonly string[] s_furtherAgreement = ["second_rank", "listed", "log_ranks", "share_sum", "share_most", "agreement_share", "agreement_most"];
    private static readonly string[] s_historyCounts = ["count_of_last", "count_of_history", "count_to_history", "count_to_last"];
    private static readonly string[] s_times = ["time", "time_to_last", "time_to_history", "time_to_latest", "late_share", "late_share_to_last"];
    private static readonly string[] s_rarest = ["rarest_in_history", "rarest_events", "share_of_rarest"];
    private readonly FittedSources _fitted;
    private readonly int[] _rarestEvents;

    public CandidateFeatures(FittedSources fitted)
    {
        _fitted = fitted;
        Names = [.. NamesOf(fitted)];
        _rarestEvents = fitted.Attributes is { } attributes ? EventsByRarest(attributes, fitted.Popularity) : [];
    }

    /// <summary>Names by column.</summary>
    public string[] Names { get; }

    /// <summary>Columns with each source's share of its best score.</summary>
    public int[] Shares => [.. Enumerable.Range(0, _fitted.Sources.Count).Select(source => (SourceFeatures * source) + SourceFeatures - 1)];

    /// <summary>Fills the features of all candidates of a workspace.</summary>
    public void Fill(RecommendQuery query, QueryWorkspace work)
    {
        work.Features.Reset(work.CandidateCount, Names.Length);
        int column = FillSources(work, 0);
        column = FillAgreement(work, column);
        // What was tried on histories only is told of histories only (decision 0062).
        column = _fitted.IsOfSets ? column : FillFurtherAgreement(work, column);
        column = FillCounts(query, work, column);
        if (_fitted.Times is { } times)
        {
            column = FillTimes(query, work, times, column);
        }

        if (_fitted.Pairs is { } pairs)
        {
            column = FillPairs(query, work, pairs, column);
        }

        if (_fitted.Attributes is { } attributes)
        {
            column = FillAttributes(query, work, attributes, column);
            column = FillRarest(query, work, attributes, column);
        }

        System.Diagnostics.Debug.Assert(column == Names.Length, "Every feature has a name.");
    }

    private static IEnumerable<string> NamesOf(FittedSources fitted)
    {
        foreach (ItemSource source in fitted.Sources)
        {
            yield return $"{source.Name}:score";
            yield return $"{source.Name}:rank";
            yield return $"{source.Name}:share";
        }

        foreach (string name in s_agreement.Concat(fitted.IsOfSets ? [] : s_furtherAgreement).Concat(["count", "last_count", "last_share", "history_length"])
            .Concat(fitted.HistoryCounts is null ? [] : fitted.IsOfSets ? s_historyCounts[..1] : s_historyCounts).Concat(fitted.Times is null ? [] : s_times))
        {
            yield return name;
        }

        if (fitted.Pairs is not null)
        {
            for (int back = 1; back <= RecentItems; back++)
            {
                yield return $"together_{back}";
            }

            foreach (int lag in PairFeatures.Lags)
            {
                yield return $"lag_{lag}";
            }

            yield return "second_lag_2";
            yield return "third_lag_3";
            yield return "linked";
            yield return "together_max";
        }

        if (fitted.Attributes is not null)
        {
            for (int back = 1; back <= RecentItems; back++)
            {
                yield return $"likeness_{back}";
            }

            yield return "likeness_max";
            yield return "likeness_mean";
            yield return "attributes";
            yield return "likeness_of_last_two";
            foreach (string name in s_rarest)
            {
                yield return name;
            }
        }
    }

    private static int FillSources(QueryWorkspace work, int column)
    {
        ReadOnlySpan<int> candidates = work.Candidates;
        float[] keys = new float[candidates.Length];
        int[] order = new int[candidates.Length];
        for (int source = 0; source < work.Scores.Length; source++)
        {
            float[] scores = work.Scores[source];
            Span<float> score = work.Features.Column(column++), rank = work.Features.Column(column++), share = work.Features.Column(column++);
            float scale = work.Largest[source] > 0 ? 1 / work.Largest[source] : 0;
            for (int row = 0; row < candidates.Length; row++)
            {
                float value = scores[candidates[row]];
                score[row] = value;
                share[row] = value * scale;
                keys[row] = -value;
                order[row] = row;
            }

            // Equal scores share the best of their ranks; what a source does not know has no rank.
            Array.Sort(keys, order);
            for (int place = 0, first = 0; place < order.Length && keys[place] < 0; place++)
            {
                first = keys[place] == keys[first] ? first : place;
                rank[order[place]] = first;
            }
        }

        return column;
    }

    // How far up the sources have a candidate: the sum of reciprocal ranks (Cormack et al., Reciprocal rank fusion, SIGIR 2009), and its best rank.
    // Popularity, the first source, says nothing.
    private static int FillAgreement(QueryWorkspace work, int column)
    {
        const float Smoothing = 10;
        Span<float> agreement = work.Features.Column(column), best = work.Features.Column(column + 1);
        agreement.Clear();
        for (int source = 1; source < work.Scores.Length; source++)
        {
            Span<float> ranks = work.Features.Column((SourceFeatures * source) + 1);
            for (int row = 0; row < ranks.Length; row++)
            {
                // Without a rank nothing is added.
                agreement[row] += ranks[row] >= 0 ? 1 / (Smoothing + ranks[row]) : 0;
                best[row] = best[row] <= ranks[row] || float.IsNaN(ranks[row]) ? best[row] : ranks[row];
            }
        }

        return column + s_agreement.Length;
    }

    // Its second best rank, in how many lists it stands, what ranks and shares add up to, and the agreement as a share of the list's largest.
    private static int FillFurtherAgreement(QueryWorkspace work, int column)
    {
        const float ListedBelow = 100, LogOfUnlisted = 7;
        Span<float> agreement = work.Features.Column(column - s_agreement.Length), second = work.Features.Column(column);
        Span<float> listed = work.Features.Column(column + 1), logs = work.Features.Column(column + 2);
        Span<float> sum = work.Features.Column(column + 3), most = work.Features.Column(column + 4);
        for (int cleared = 1; cleared <= 4; cleared++)
        {
            work.Features.Column(column + cleared).Clear();
        }

        float[] first = new float[agreement.Length];
        Array.Fill(first, float.NaN);
        for (int source = 1; source < work.Scores.Length; source++)
        {
            Span<float> ranks = work.Features.Column((SourceFeatures * source) + 1), shares = work.Features.Column((SourceFeatures * source) + 2);
            for (int row = 0; row < ranks.Length; row++)
            {
                sum[row] += shares[row];
                most[row] = Math.Max(most[row], shares[row]);
                float rank = ranks[row];
                if (float.IsNaN(rank))
                {
                    logs[row] += LogOfUnlisted;
                    continue;
                }

                listed[row] += rank < ListedBelow ? 1 : 0;
                logs[row] += MathF.Log(1 + rank);
                bool isBest = !(first[row] <= rank), isSecond = !(second[row] <= rank);
                second[row] = isBest ? first[row] : isSecond ? rank : second[row];
                first[row] = isBest ? rank : first[row];
            }
        }

        float largest = Math.Max(float.Epsilon, TensorPrimitives.Max(agreement));
        TensorPrimitives.Divide(agreement, largest, work.Features.Column(column + 5));
        work.Features.Column(column + 6).Fill(largest);
        return column + s_furtherAgreement.Length;
    }

    private int FillCounts(RecommendQuery query, QueryWorkspace work, int column)
    {
        ReadOnlySpan<int> candidates = work.Candidates;
        Span<float> count = work.Features.Column(column++), lastCount = work.Features.Column(column++), lastShare = work.Features.Column(column++);
        for (int row = 0; row < candidates.Length; row++)
        {
            int events = _fitted.Popularity[candidates[row]], lasts = _fitted.LastCounts[candidates[row]];
            count[row] = MathF.Log(1 + events);
            lastCount[row] = MathF.Log(1 + lasts);
            lastShare[row] = events == 0 ? 0 : (float)lasts / events;
        }

        work.Features.Column(column++).Fill(query.History.Length);
        return _fitted.HistoryCounts is { } counts ? FillHistoryCounts(query, work, counts, count, column) : column;
    }

    // How popular what the person had was, and how much more a candidate is.
    private int FillHistoryCounts(RecommendQuery query, QueryWorkspace work, int[] counts, ReadOnlySpan<float> count, int column)
    {
        float last = query.History.Length == 0 ? float.NaN : MathF.Log(1 + counts[query.History[^1]]);
        work.Features.Column(column).Fill(last);
        if (_fitted.IsOfSets)
        {
            return column + 1;
        }

        if (query.History.Length > 0)
        {
            float mean = query.History.Average(item => MathF.Log(1 + counts[item]));
            work.Features.Column(column + 1).Fill(mean);
            TensorPrimitives.Subtract(count, mean, work.Features.Column(column + 2));
            TensorPrimitives.Subtract(count, last, work.Features.Column(column + 3));
        }

        return column + s_historyCounts.Length;
    }

    // How much later than the person's items a candidate was in use.
    private static int FillTimes(RecommendQuery query, QueryWorkspace work, ItemTimes times, int column)
    {
        ReadOnlySpan<int> candidates = work.Candidates, recent = query.History.AsSpan(Math.Max(0, query.History.Length - TimedItems));
        float last = float.NaN, mean = float.NaN, latest = float.NaN, lateShare = float.NaN;
        if (recent.Length > 0)
        {
            (last, mean, latest, lateShare) = (times.Times[recent[^1]], 0, float.NegativeInfinity, times.LateShares[recent[^1]]);
            foreach (int item in recent)
            {
                mean += times.Times[item] / recent.Length;
                latest = Math.Max(latest, times.Times[item]);
            }
        }

        for (int row = 0; row < candidates.Length; row++)
        {
            float time = times.Times[candidates[row]], late = times.LateShares[candidates[row]];
            ReadOnlySpan<float> values = [time, time - last, time - mean, time - latest, late, late - lateShare];
            for (int i = 0; i < values.Length; i++)
            {
                work.Features[row, column + i] = values[i];
            }
        }

        return column + s_times.Length;
    }

    private int FillPairs(RecommendQuery query, QueryWorkspace work, PairFeatures pairs, int column)
    {
        for (int back = 1; back <= RecentItems; back++)
        {
            FillRow(query, work, pairs.Together, back, column++);
        }

        for (int lag = 0; lag < PairFeatures.Lags.Count; lag++)
        {
            FillRow(query, work, pairs.AtLag[lag], 1, column++);
        }

        FillRow(query, work, pairs.AtLag[1], 2, column++);
        FillRow(query, work, pairs.AtLag[2], 3, column++);
        return FillLinks(query, work, pairs.Together, column);
    }

    // How many items of the history a candidate was ever met with, and how often with the one that it was met with most, of the pair's geometric mean count.
    private int FillLinks(RecommendQuery query, QueryWorkspace work, CsrMatrix together, int column)
    {
        Span<float> linked = work.Features.Column(column++), most = work.Features.Column(column++);
        linked.Clear();
        most.Clear();
        float[] dense = work.Dense;
        ReadOnlySpan<int> candidates = work.Candidates;
        for (int back = 1; back <= Math.Min(HistoryForCosine, query.History.Length); back++)
        {
            int item = query.History[^back];
            together.AddRow(item, 1, dense);
            for (int row = 0; row < candidates.Length; row++)
            {
                if (dense[candidates[row]] > 0)
                {
                    linked[row]++;
                    most[row] = Math.Max(most[row], dense[candidates[row]] / MathF.Sqrt((float)_fitted.Popularity[item] * _fitted.Popularity[candidates[row]]));
                }
            }

            foreach (int other in together.ColumnsOf(item))
            {
                dense[other] = 0;
            }
        }

        return column;
    }

    // The candidates' entries of one item's row; missing where the history is too short.
    private static void FillRow(RecommendQuery query, QueryWorkspace work, CsrMatrix matrix, int back, int column)
    {
        if (query.History.Length < back)
        {
            return;
        }

        int item = query.History[^back];
        float[] dense = work.Dense;
        matrix.AddRow(item, 1, dense);
        Span<float> values = work.Features.Column(column);
        ReadOnlySpan<int> candidates = work.Candidates;
        for (int row = 0; row < candidates.Length; row++)
        {
            values[row] = dense[candidates[row]];
        }

        foreach (int other in matrix.ColumnsOf(item))
        {
            dense[other] = 0;
        }
    }

    private static int FillAttributes(RecommendQuery query, QueryWorkspace work, ItemAttributes attributes, int column)
    {
        ReadOnlySpan<int> candidates = work.Candidates;
        int steps = Math.Min(HistoryForCosine, query.History.Length);
        Span<float> most = work.Features.Column(column + RecentItems), mean = work.Features.Column(column + RecentItems + 1);
        if (steps > 0)
        {
            most.Clear();
            mean.Clear();
        }

        float[] wanted = new float[attributes.Count];
        for (int back = 1; back <= steps; back++)
        {
            Array.Clear(wanted);
            attributes.Unit.AddRow(query.History[^back], 1, wanted);
            for (int row = 0; row < candidates.Length; row++)
            {
                float cosine = attributes.Unit.Dot(candidates[row], wanted);
                most[row] = Math.Max(most[row], cosine);
                mean[row] += cosine / steps;
                if (back <= RecentItems)
                {
                    work.Features[row, column + back - 1] = cosine;
                }
            }
        }

        Span<float> counts = work.Features.Column(column + RecentItems + 2);
        for (int row = 0; row < candidates.Length; row++)
        {
            counts[row] = attributes.Unit.ColumnsOf(candidates[row]).Length;
        }

        Span<float> coherence = work.Features.Column(column + RecentItems + 3);
        if (query.History.Length > 1)
        {
            Array.Clear(wanted);
            attributes.Unit.AddRow(query.History[^1], 1, wanted);
            coherence.Fill(attributes.Unit.Dot(query.History[^2], wanted));
        }

        return column + RecentItems + 4;
    }

    // How the person stands to a candidate's rarest attribute, how much happens under it and how much of that is the candidate's.
    private int FillRarest(RecommendQuery query, QueryWorkspace work, ItemAttributes attributes, int column)
    {
        ReadOnlySpan<int> candidates = work.Candidates, recent = query.History.AsSpan(Math.Max(0, query.History.Length - HistoryForCosine));
        for (int row = 0; row < candidates.Length; row++)
        {
            int candidate = candidates[row], rarest = attributes.Rarest[candidate], met = 0;
            foreach (int item in recent)
            {
                met += rarest >= 0 && attributes.Rarest[item] == rarest ? 1 : 0;
            }

            work.Features[row, column] = met;
            if (rarest >= 0)
            {
                work.Features[row, column + 1] = MathF.Log(1 + _rarestEvents[rarest]);
                work.Features[row, column + 2] = _fitted.Popularity[candidate] / (1f + _rarestEvents[rarest]);
            }
        }

        return column + s_rarest.Length;
    }

    private static int[] EventsByRarest(ItemAttributes attributes, int[] popularity)
    {
        int[] events = new int[attributes.Count];
        for (int item = 0; item < popularity.Length; item++)
        {
            if (attributes.Rarest[item] is >= 0 and int rarest)
            {
                events[rarest] += popularity[item];
            }
        }

        return events;
    }
}
