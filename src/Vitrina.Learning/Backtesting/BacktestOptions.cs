using System.ComponentModel.DataAnnotations;
using Vitrina.Engine.Events;
using Vitrina.Learning.Evaluation;

namespace Vitrina.Learning.Backtesting;

/// <summary>Where two orders are compared.</summary>
public enum BacktestPlace
{
    /// <summary>By score alone.</summary>
    L2,

    /// <summary>By score, and again as the page stands after rules, diversity and promotion.</summary>
    Page,
}

/// <summary>What is compared on which lists.</summary>
public sealed record BacktestOptions
{
    /// <summary>The vertical.</summary>
    public required string Vertical { get; init; }

    /// <summary>The surface.</summary>
    public required string Surface { get; init; }

    /// <summary>The event that makes an item of a list relevant; default click.</summary>
    public EventType Label { get; init; } = EventType.Click;

    /// <summary>Places that count in NDCG and recall; default 10.</summary>
    [Range(1, 1000)]
    public int K { get; init; } = 10;

    /// <summary>What a grade is worth; default linear. Labels are 0 and 1, for which both gains agree.</summary>
    public Gain Gain { get; init; } = Gain.Linear;

    /// <summary>What a rank takes away; default log2.</summary>
    public Discount Discount { get; init; } = Discount.Log2;

    /// <summary>Where the orders are compared; default by score alone.</summary>
    public BacktestPlace At { get; init; } = BacktestPlace.L2;

    /// <summary>First moment of the lists, inclusive; absent: where the training data of both end.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Last moment of the lists, exclusive; absent: the newest list is in.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>How many winners, and as many losers, are kept with both orders; default 5.</summary>
    [Range(0, 100)]
    public int Examples { get; init; } = 5;

    /// <summary>True leaves out everything but lists shown in random order (context <c>slice: randomised</c>): free of the advantage of what was shown; default false.</summary>
    public bool RandomisedOnly { get; init; }

    /// <summary>Seeds ties and intervals.</summary>
    public ulong Seed { get; init; } = 1;
}
