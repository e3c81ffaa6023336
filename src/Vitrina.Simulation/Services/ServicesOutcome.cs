namespace Vitrina.Simulation.Services;

/// <summary>To which moment something of an order is counted.</summary>
public enum Attribution
{
    /// <summary>When the order was created.</summary>
    Creation,

    /// <summary>When the winning response was given; views and responses: when they happened.</summary>
    Response,

    /// <summary>When the order was closed.</summary>
    Close,
}

/// <summary>What came of a run: sums by market and hour, and by specialist and arm. Only what happened before the end of history counts.</summary>
public sealed class ServicesOutcome
{
    private const int Attributions = 3;
    private readonly int[][] _orders;
    private readonly int[][] _views;
    private readonly int[][] _responses;
    private readonly int[][] _deals;

    internal ServicesOutcome(int marketCount, int hourCount, int specialistCount)
    {
        (MarketCount, HourCount) = (marketCount, hourCount);
        (_orders, _views, _responses, _deals) = (Cells(), Cells(), Cells(), Cells());
        SessionsByArm = Pair(specialistCount);
        ViewsByArm = Pair(specialistCount);
        ResponsesByArm = Pair(specialistCount);
        DealsByArm = Pair(specialistCount);

        int[][] Cells() => [.. Enumerable.Range(0, Attributions).Select(_ => new int[marketCount * hourCount])];
        static int[][] Pair(int count) => [new int[count], new int[count]];
    }

    /// <summary>Markets: the clusters.</summary>
    public int MarketCount { get; }

    /// <summary>Hours of history.</summary>
    public int HourCount { get; }

    /// <summary>Sessions by arm, then specialist. Index arms by <c>(int)Arm</c>.</summary>
    public IReadOnlyList<int[]> SessionsByArm { get; }

    /// <summary>Examined orders by the arm of the session, then specialist.</summary>
    public IReadOnlyList<int[]> ViewsByArm { get; }

    /// <summary>Responses by the arm of the session, then specialist.</summary>
    public IReadOnlyList<int[]> ResponsesByArm { get; }

    /// <summary>Deals by the arm of the session of the winning response, then specialist.</summary>
    public IReadOnlyList<int[]> DealsByArm { get; }

    /// <summary>Orders, row-major [markets × hours]; a response counts none, so Response is the same as Creation.</summary>
    public ReadOnlySpan<int> Orders(Attribution attribution) => _orders[(int)(attribution == Attribution.Response ? Attribution.Creation : attribution)];

    /// <summary>Examined orders of the market, row-major [markets × hours]. The market is the order's.</summary>
    public ReadOnlySpan<int> Views(Attribution attribution) => _views[(int)attribution];

    /// <summary>Responses, row-major [markets × hours].</summary>
    public ReadOnlySpan<int> Responses(Attribution attribution) => _responses[(int)attribution];

    /// <summary>Deals, row-major [markets × hours].</summary>
    public ReadOnlySpan<int> Deals(Attribution attribution) => _deals[(int)attribution];

    /// <summary>Sum over all cells.</summary>
    public static long Total(ReadOnlySpan<int> cells)
    {
        long sum = 0;
        foreach (var cell in cells)
        {
            sum += cell;
        }

        return sum;
    }

    internal int[] OrderCells(Attribution attribution) => _orders[(int)attribution];

    internal int[] ViewCells(Attribution attribution) => _views[(int)attribution];

    internal int[] ResponseCells(Attribution attribution) => _responses[(int)attribution];

    internal int[] DealCells(Attribution attribution) => _deals[(int)attribution];
}
