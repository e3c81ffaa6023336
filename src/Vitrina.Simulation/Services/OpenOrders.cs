namespace Vitrina.Simulation.Services;

/// <summary>A response to an open order.</summary>
/// <param name="Specialist">Who.</param>
/// <param name="Session">In which session.</param>
/// <param name="At">When, milliseconds since the start.</param>
/// <param name="Utility">The pair's utility.</param>
/// <param name="Arm">The session's arm.</param>
internal readonly record struct OrderResponse(int Specialist, long Session, long At, double Utility, Arm Arm);

/// <summary>The open orders of one city, as a struct of arrays over places that are used again.</summary>
internal sealed class OpenOrders
{
    private readonly int _dimensions;
    private readonly int _capacity;
    private readonly int _seats;
    private readonly List<int>[] _byMarket;
    private readonly Stack<int> _free = new();
    private OrderResponse[] _responses = [];
    private ulong[] _seen = [];
    private int _count;

    /// <summary>An empty city.</summary>
    /// <param name="marketCount">Markets of the city.</param>
    /// <param name="mostMembers">Members of the largest of them.</param>
    /// <param name="dimensions">Dimensions of needs.</param>
    /// <param name="capacity">Places for responses.</param>
    public OpenOrders(int marketCount, int mostMembers, int dimensions, int capacity)
    {
        (_dimensions, _capacity, _seats) = (dimensions, capacity, (mostMembers + 63) / 64);
        _byMarket = new List<int>[marketCount];
        for (var market = 0; market < marketCount; market++)
        {
            _byMarket[market] = [];
        }
    }

    public long[] Key { get; private set; } = [];

    /// <summary>The key of the customer's first order.</summary>
    public long[] Customer { get; private set; } = [];

    /// <summary>The key of the order whose need it is: an order that is listed again has the need of the first listing.</summary>
    public long[] NeedKey { get; private set; } = [];

    /// <summary>When the need was listed first.</summary>
    public long[] FirstListedAt { get; private set; } = [];

    public long[] CreatedAt { get; private set; } = [];

    public long[] ExpiresAt { get; private set; } = [];

    /// <summary>The market within the city.</summary>
    public int[] Market { get; private set; } = [];

    public int[] ResponseCount { get; private set; } = [];

    public int[] ViewCount { get; private set; } = [];

    public double[] East { get; private set; } = [];

    public double[] North { get; private set; } = [];

    /// <summary>Row-major, shape [places × dimensions].</summary>
    public double[] Need { get; private set; } = [];

    /// <summary>Open orders of all markets.</summary>
    public int OpenCount { get; private set; }

    /// <summary>The open orders of a market, the oldest first.</summary>
    public List<int> Of(int market) => _byMarket[market];

    public ref OrderResponse Response(int order, int index) => ref _responses[order * _capacity + index];

    public bool IsFull(int order) => ResponseCount[order] == _capacity;

    public int Open(long key, int market)
    {
        if (!_free.TryPop(out var order))
        {
            order = _count++;
            Grow();
        }

        Key[order] = key;
        Market[order] = market;
        ResponseCount[order] = ViewCount[order] = 0;
        Array.Clear(_seen, order * _seats, _seats);
        _byMarket[market].Add(order);
        OpenCount++;
        return order;
    }

    public void Close(int order)
    {
        _byMarket[Market[order]].Remove(order);
        Key[order] = -1;
        _free.Push(order);
        OpenCount--;
    }

    public bool IsSeen(int order, int seat) => (_seen[order * _seats + (seat >> 6)] >> seat & 1) != 0;

    public void MarkSeen(int order, int seat) => _seen[order * _seats + (seat >> 6)] |= 1UL << seat;

    private void Grow()
    {
        if (_count <= Key.Length)
        {
            return;
        }

        var size = Math.Max(64, Key.Length * 2);
        (Key, Customer, NeedKey) = (Larger(Key, size), Larger(Customer, size), Larger(NeedKey, size));
        (FirstListedAt, CreatedAt, ExpiresAt) = (Larger(FirstListedAt, size), Larger(CreatedAt, size), Larger(ExpiresAt, size));
        (Market, ResponseCount, ViewCount) = (Larger(Market, size), Larger(ResponseCount, size), Larger(ViewCount, size));
        (East, North, Need) = (Larger(East, size), Larger(North, size), Larger(Need, size * _dimensions));
        _responses = Larger(_responses, size * _capacity);
        _seen = Larger(_seen, size * _seats);

        static T[] Larger<T>(T[] array, int size)
        {
            Array.Resize(ref array, size);
            return array;
        }
    }
}
