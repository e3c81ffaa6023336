using Vitrina.Engine.Statistics;
using Vitrina.Kernels.Hashing;
using Vitrina.Kernels.Selection;

namespace Vitrina.Engine.Ranking.Retrieving;

/// <summary>The newest items that meet the request's conditions; with a half-life, items drawn by their freshness, anew for each user and day.</summary>
/// <remarks>
/// Newest first alone would never show what stands behind the limit. With a half-life an item has the key u^(1 / freshness), u a hash of user, day and item
/// in (0, 1) and freshness 1 / (1 + age / half-life); the largest keys are a draw without return in proportion to freshness (Efraimidis and Spirakis,
/// Information Processing Letters 97, 2006). So no item starves by its number, and a person's pages agree all day.
/// </remarks>
internal sealed class RecentSource(int limit, TimeSpan? halfLife) : CandidateSource("recent", limit)
{
    private const int ItemsPerCheck = 4096;

    public override ValueTask RetrieveAsync(RankingContext context, int index, CancellationToken cancellationToken)
    {
        if (halfLife is { } half)
        {
            Draw(context, index, half, cancellationToken);
        }
        else
        {
            TakeNewest(context, index, cancellationToken);
        }

        return ValueTask.CompletedTask;
    }

    private void TakeNewest(RankingContext context, int index, CancellationToken cancellationToken)
    {
        var items = context.Snapshot.Market.Items;
        var wanted = new WantedItems(context, []);
        var found = 0;
        for (var ordinal = items.Count - 1; ordinal >= 0 && found < Limit; ordinal--)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                context.Degraded.Add("source:recent");
                break;
            }

            if (wanted.Accepts(ordinal))
            {
                context.Add(items[ordinal]!, index, ++found, 1f / found);
            }
        }
    }

    private void Draw(RankingContext context, int index, TimeSpan half, CancellationToken cancellationToken)
    {
        var items = context.Snapshot.Market.Items;
        var wanted = new WantedItems(context, []);
        var day = new DayClock(context.Vertical.TimeZone).DayOf(context.NowMs);
        var seed = Hash.Combine(Hash.Of64(context.Request.User ?? context.Request.Session ?? ""), (ulong)day);
        var best = new TopK();
        best.Reset(Limit);
        for (var ordinal = items.Count - 1; ordinal >= 0; ordinal--)
        {
            if (ordinal % ItemsPerCheck == 0 && cancellationToken.IsCancellationRequested)
            {
                context.Degraded.Add("source:recent");
                break;
            }

            if (wanted.Accepts(ordinal) && items[ordinal]! is var item)
            {
                var uniform = ((Hash.Combine(seed, (ulong)ordinal) >> 11) + 0.5) / (1ul << 53);
                var age = Math.Max(0, context.NowMs - item.PublishedAtMs) / half.TotalMilliseconds;
                best.Offer(ordinal, (float)(Math.Log(uniform) * (1 + age)));
            }
        }

        var found = context.Found(Limit);
        var count = best.DrainDescending(found.Ordinals, found.Scores);
        for (var i = 0; i < count; i++)
        {
            context.Add(items[found.Ordinals[i]]!, index, i + 1, 1f / (i + 1));
        }
    }
}
