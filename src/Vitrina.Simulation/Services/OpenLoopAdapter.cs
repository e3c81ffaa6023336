using System.Globalization;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Services;

/// <summary>Answers a world's requests with its own logging policy: newest first with a little chance; a share in uniformly random order.</summary>
/// <remarks>Knows only what it was told: live orders by market, and who viewed them. Leaves out what the specialist has viewed. One call at a time.</remarks>
public sealed class OpenLoopAdapter : IMarketplaceAdapter
{
    private sealed class Live
    {
        public required string Id { get; init; }

        public required long CreatedAt { get; init; }

        public required long ExpiresAt { get; init; }

        public required List<Live> Market { get; init; }

        public HashSet<string> SeenBy { get; } = new(StringComparer.Ordinal);
    }

    // Ids of a history's later part follow those of the earlier one with a distance that no day fills.
    private const long RankingsOfDay = 1_000_000_000;

    private readonly ServicesWorld _world;
    private readonly Dictionary<(string City, string Category), List<Live>> _markets = [];
    private readonly Dictionary<string, Live> _orders = new(StringComparer.Ordinal);
    private readonly List<Live> _candidates = [];
    private double[] _rankWeights = [];
    private double[] _weights = [];
    private long _nextRanking;

    /// <summary>A policy for a world.</summary>
    public OpenLoopAdapter(ServicesWorld world) => (_world, _nextRanking) = (world, world.Configuration.FirstDay * RankingsOfDay);

    /// <inheritdoc/>
    public ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        _candidates.Clear();
        foreach (var category in request.Filters!["category"])
        {
            Gather(request, MarketOf(request.Filters["city"][0], category));
        }

        if (request.Filters["category"].Count > 1)
        {
            _candidates.Sort(static (left, right) => right.CreatedAt.CompareTo(left.CreatedAt));
        }

        var stream = Streams.Open(_world.Seed, StreamPurpose.Logging, request.Key);
        var isRandomised = stream.NextBool(_world.Configuration.RandomisedShare);
        var shown = new ShownItem[Math.Min(request.Size, _candidates.Count)];
        var weights = isRandomised ? [] : Weights(_candidates.Count);
        for (var place = 0; place < shown.Length; place++)
        {
            var (chosen, propensity) = isRandomised ? (stream.NextInt(_candidates.Count), 1.0 / _candidates.Count)
                : weights.Length == 0 ? (0, 1.0)
                : Draw(weights, _candidates.Count, ref stream);
            shown[place] = new ShownItem(_candidates[chosen].Id, place + 1, null, propensity);
            _candidates.RemoveAt(chosen);
            if (weights.Length > 0)
            {
                Array.Copy(weights, chosen + 1, weights, chosen, _candidates.Count - chosen);
            }
        }

        var id = "r" + _nextRanking++.ToString("D8", CultureInfo.InvariantCulture);
        return ValueTask.FromResult(new ShownList { RankingId = id, Items = shown, IsRandomised = isRandomised });
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(changesInTimeOrder);
        for (var index = 0; index < changesInTimeOrder.Count; index++)
        {
            switch (changesInTimeOrder[index])
            {
                case SimulatedChange.ItemPut { Attributes: OrderCard card } put:
                    var market = MarketOf(card.City, card.Category);
                    var live = new Live { Id = put.Id, CreatedAt = put.At.UtcTicks, ExpiresAt = put.ExpiresAt!.Value.UtcTicks, Market = market };
                    market.Add(live);
                    _orders[put.Id] = live;
                    break;
                case SimulatedChange.ItemPatch { Stock: 0 } full when _orders.Remove(full.Id, out var closed):
                    closed.Market.Remove(closed);
                    break;
                case SimulatedChange.UserEvent { Type: "view" } view when _orders.TryGetValue(view.Item, out var viewed):
                    viewed.SeenBy.Add(view.User);
                    break;
            }
        }

        return ValueTask.CompletedTask;
    }

    private List<Live> MarketOf(string city, string category)
    {
        if (!_markets.TryGetValue((city, category), out var market))
        {
            _markets[(city, category)] = market = [];
        }

        return market;
    }

    // The newest first; what has expired is forgotten on the way.
    private void Gather(SimulatedRequest request, List<Live> market)
    {
        for (var index = market.Count - 1; index >= 0; index--)
        {
            var order = market[index];
            if (order.ExpiresAt <= request.At.UtcTicks)
            {
                market.RemoveAt(index);
                _orders.Remove(order.Id);
            }
            else if (!order.SeenBy.Contains(request.User))
            {
                _candidates.Add(order);
            }
        }
    }

    // Weight 1/rank^(1/temperature): the logarithm of the rank over the temperature. Empty at temperature 0.
    private double[] Weights(int count)
    {
        if (_world.Configuration.LoggingTemperature <= 0)
        {
            return [];
        }

        if (_rankWeights.Length < count)
        {
            (_rankWeights, _weights) = (new double[2 * count], new double[2 * count]);
            for (var rank = 0; rank < _rankWeights.Length; rank++)
            {
                _rankWeights[rank] = Math.Pow(rank + 1, -1 / _world.Configuration.LoggingTemperature);
            }
        }

        Array.Copy(_rankWeights, _weights, count);
        return _weights;
    }

    private static (int Chosen, double Propensity) Draw(double[] weights, int count, ref Kernels.Chance.RandomStream stream)
    {
        var total = 0.0;
        for (var index = 0; index < count; index++)
        {
            total += weights[index];
        }

        var target = stream.NextDouble() * total;
        var chosen = 0;
        for (var sum = weights[0]; chosen < count - 1 && sum <= target; sum += weights[chosen])
        {
            chosen++;
        }

        return (chosen, total > 0 ? weights[chosen] / total : 1.0);
    }
}
