using Vitrina.Engine.Catalog;

namespace Vitrina.Engine.Ranking;

/// <summary>What a request is answered with: everything that is fixed before the first stage.</summary>
internal sealed record RequestScope
{
    public required RankRequest Request { get; init; }

    /// <summary>The surface that answers, and the experiments that chose it.</summary>
    public required RequestArms Arms { get; init; }

    public required VerticalSnapshot Snapshot { get; init; }

    /// <summary>The snapshot's journal sequence.</summary>
    public required long AsOf { get; init; }

    /// <summary>The live table; null = items are had as the snapshot says, for replays.</summary>
    public required Availability? Availability { get; init; }

    /// <summary>The request's time in every feature, Unix milliseconds.</summary>
    public required long NowMs { get; init; }

    /// <summary>The user's ordinal, or -1.</summary>
    public required int User { get; init; }

    /// <summary>Seeds everything random in the answer.</summary>
    public required ulong Seed { get; init; }

    public required int PageSize { get; init; }

    /// <summary>True when the surface's kill switch is on: no model, no rules, no promotion.</summary>
    public bool IsBaseline { get; init; }

    /// <summary>What earlier pages showed, or null on a first page.</summary>
    public PageCursor? Page { get; init; }
}
