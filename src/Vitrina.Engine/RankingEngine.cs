using System.Collections.Concurrent;
using Vitrina.Engine.Catalog;
using Vitrina.Engine.Ranking;
using Vitrina.Engine.Ranking.Explaining;
using Vitrina.Engine.Ranking.Filtering;
using Vitrina.Engine.Ranking.Mixing;
using Vitrina.Engine.Ranking.Recording;
using Vitrina.Engine.Ranking.Retrieving;
using Vitrina.Engine.Ranking.Scoring;
using Vitrina.Engine.Ranking.Understanding;
using Vitrina.Engine.Rules;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine;

/// <summary>START HERE: answers one request, top to bottom. The only place that knows the order of the stages.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class RankingEngine
{
    private readonly Func<Snapshot> _snapshot;
    private readonly Availability _availability;
    private readonly KillSwitches _killSwitches;
    private readonly RankingRecorder _recorder;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<CompiledVertical, ConcurrentBag<RankingContext>> _contexts = new();

    internal RankingEngine(Func<Snapshot> snapshot, Availability availability, KillSwitches killSwitches, RankingRecorder recorder, TimeProvider time) =>
        (_snapshot, _availability, _killSwitches, _recorder, _time) = (snapshot, availability, killSwitches, recorder, time);

    /// <summary>Answers a request.</summary>
    /// <exception cref="RankRequestException">The request cannot be answered as it is; the exception names the field.</exception>
    public async ValueTask<RankingAnswer> RankAsync(RankRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var context = Open(request);
        try
        {
            UnderstandStage.Run(context);
            await RetrieveStage.RunAsync(context, _time, cancellationToken);
            FilterStage.MarkUnwanted(context);
            for (var pass = 0; pass < context.Arms.Passes.Count; pass++)
            {
                // One pass; more only in experiments that ask whether the page would differ, or draft it from two orders.
                context.Take(pass);
                ScoreStage.Run(context);
                FilterStage.MarkUnavailable(context);
                MixStage.Run(context);
            }

            MixStage.Draft(context);
            ExplainStage.Run(context);
            return _recorder.Record(context);
        }
        finally
        {
            Close(context);
        }
    }

    /// <summary>The same over a market at rest, without deadlines, experiments and a record: see <see cref="SurfaceRanker"/>.</summary>
    internal static void RunAtOnce(RankingContext context, bool withReasons)
    {
        UnderstandStage.Run(context);
        RetrieveStage.RunAtOnce(context);
        FilterStage.MarkUnwanted(context);
        context.Take(0);
        ScoreStage.Run(context);
        FilterStage.MarkUnavailable(context);
        MixStage.Run(context);
        if (withReasons)
        {
            ExplainStage.Run(context);
        }
    }

    private RankingContext Open(RankRequest request)
    {
        var snapshot = _snapshot();
        var vertical = Find(snapshot.Verticals, request.Vertical, "vertical");
        var surface = Find(vertical.Vertical.Surfaces, request.Surface, "surface");
        if (request.IsShadow)
        {
            request.RequireShadowList();
        }

        request.RequireGroups(surface.RanksGroups);
        request.RequireKnownSections();

        var page = PageCursor.Read(request, _recorder.Signer);
        var nowMs = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var isBaseline = _killSwitches.IsSwitched(KillSwitches.SubjectOf(request.Vertical, request.Surface));
        var arms = isBaseline || request.IsShadow || !vertical.Arms.TryGetValue(request.Surface, out var running)
            ? RequestArms.None(surface)
            : running.Choose(request, vertical, snapshot.UserOf(request.User ?? ""), nowMs);
        var size = request.Size ?? (request.IsShadow ? Math.Min(request.Items.Count, arms.Surface.Declaration.MaxSize) : arms.Surface.Declaration.Size);
        if (size < 1 || size > surface.Declaration.MaxSize)
        {
            throw new RankRequestException("size", $"size {size} is not between 1 and {surface.Declaration.MaxSize}");
        }

        var seed = page?.Seed ?? SeedOf(request, snapshot.AsOf);
        var context = _contexts.GetOrAdd(vertical.Vertical, _ => []).TryTake(out var pooled) ? pooled : new RankingContext(vertical.Vertical);
        try
        {
            context.Begin(new RequestScope
            {
                Request = request,
                Arms = arms,
                Snapshot = vertical,
                AsOf = snapshot.AsOf,
                Availability = _availability,
                NowMs = nowMs,
                User = snapshot.FindUser(request.User),
                Seed = seed,
                PageSize = size,
                IsBaseline = isBaseline,
                Page = page,
            });
            return context;
        }
        catch
        {
            Close(context);
            throw;
        }
    }

    /// <summary>Seeds everything random in an answer: the same person on the same snapshot draws the same.</summary>
    internal static ulong SeedOf(RankRequest request, long asOf) =>
        request.Seed ?? Hash.Combine(Hash.Of64($"{request.User ?? request.Session}/{request.Surface}"), (ulong)asOf);

    private void Close(RankingContext context)
    {
        context.End();
        _contexts.GetOrAdd(context.Vertical, _ => []).Add(context);
    }

    private static T Find<T>(IReadOnlyDictionary<string, T> known, string name, string field)
    {
        if (known.TryGetValue(name, out var found))
        {
            return found;
        }

        var nearest = NearestName.Find(name, known.Keys);
        throw new RankRequestException(field, $"there is no {field} '{name}'; {(nearest is null ? $"there are {string.Join(", ", known.Keys)}" : $"did you mean '{nearest}'?")}", $"unknown_{field}");
    }
}
