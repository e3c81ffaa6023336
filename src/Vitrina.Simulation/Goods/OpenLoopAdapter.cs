using System.Globalization;
using Vitrina.Kernels.Chance;
using Vitrina.Simulation.Driving;

namespace Vitrina.Simulation.Goods;

/// <summary>Answers a world's requests with its own mediocre policy: stale popularity, word overlap and chance; a share in uniformly random order.</summary>
/// <remarks>Learns nothing. One call at a time.</remarks>
public sealed class OpenLoopAdapter : IMarketplaceAdapter
{
    private const double MisspeltTextShare = 0.3;

    private readonly GoodsWorld _world;
    private readonly int[] _items;
    private readonly double[] _scores;
    private readonly PlackettLuceDraw _draw;
    private long _nextRanking;

    /// <summary>A policy for a world.</summary>
    /// <param name="world">The world.</param>
    /// <param name="firstRanking">Number of the first ranking id, so that ids of consecutive drives stay unique.</param>
    public OpenLoopAdapter(GoodsWorld world, long firstRanking = 0)
    {
        _world = world;
        _nextRanking = firstRanking;
        int limit = world.Configuration.CandidateLimit + world.Configuration.ListSize;
        _items = new int[limit];
        _scores = new double[limit];
        _draw = new PlackettLuceDraw(limit);
    }

    /// <inheritdoc/>
    public ValueTask<ShownList> RankAsync(SimulatedRequest request, CancellationToken cancellationToken)
    {
        RandomStream stream = Streams.Open(_world.Seed, StreamPurpose.Logging, request.Key);
        bool isRandomised = stream.NextBool(_world.Configuration.RandomisedShare);
        int count = Gather(request, ref stream);
        var shown = new ShownItem[Math.Min(request.Size, count)];
        if (isRandomised)
        {
            for (int place = 0; place < shown.Length; place++)
            {
                int other = place + stream.NextInt(count - place);
                (_items[place], _items[other]) = (_items[other], _items[place]);
                shown[place] = new ShownItem(_world.Catalogue.ItemId[_items[place]], place + 1, null, 1.0 / (count - place));
            }
        }
        else
        {
            Sample(request, count, shown, ref stream);
        }

        string id = "r" + _nextRanking++.ToString("D8", CultureInfo.InvariantCulture);
        return ValueTask.FromResult(new ShownList { RankingId = id, Items = shown, IsRandomised = isRandomised });
    }

    /// <inheritdoc/>
    public ValueTask SendAsync(IReadOnlyList<SimulatedChange> changesInTimeOrder, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    /// <summary>Collects live candidates: the model asked for, its type or brand, and some that do not belong.</summary>
    private int Gather(SimulatedRequest request, ref RandomStream stream)
    {
        Catalogue catalogue = _world.Catalogue;
        QueryIntent intent = GoodsRequest.Of(request).Intent;
        int limit = _world.Configuration.CandidateLimit;
        int wanted = Math.Max(1, (int)(limit * (1 - _world.Configuration.IrrelevantShare)));
        long at = request.At.UtcTicks;
        int count = 0;
        if (intent.Model >= 0)
        {
            int first = catalogue.ModelStart[intent.Model];
            int last = Math.Min(catalogue.ModelStart[intent.Model + 1], first + wanted);
            for (int index = first; index < last; index++)
            {
                count = AddLive(catalogue.ItemsOfModel[index], at, count);
            }
        }

        if (intent.Type >= 0)
        {
            ItemType type = catalogue.Types[intent.Type];
            int offset = type.ItemCount > wanted ? stream.NextInt(type.ItemCount) : 0;
            for (int step = 0; step < type.ItemCount && count < wanted; step++)
            {
                int item = type.FirstItem + (offset + step) % type.ItemCount;
                if (intent.Model < 0 || catalogue.ItemModel[item] != intent.Model)
                {
                    count = AddLive(item, at, count);
                }
            }
        }
        else
        {
            int first = catalogue.BrandStart[intent.Brand];
            int size = catalogue.BrandStart[intent.Brand + 1] - first;
            int offset = size > wanted ? stream.NextInt(size) : 0;
            for (int step = 0; step < size && count < wanted; step++)
            {
                count = AddLive(catalogue.ItemsOfBrand[first + (offset + step) % size], at, count);
            }
        }

        return AddStrangers(intent, at, count, ref stream);
    }

    private int AddStrangers(in QueryIntent intent, long at, int count, ref RandomStream stream)
    {
        Catalogue catalogue = _world.Catalogue;
        double share = _world.Configuration.IrrelevantShare;

        // When nothing fits, a shop still shows something.
        int wanted = count == 0
            ? _world.Configuration.ListSize
            : Math.Min(_world.Configuration.CandidateLimit - count, (int)(count * share / (1 - share)));
        int matching = count;
        for (int attempt = 0; attempt < wanted; attempt++)
        {
            int item = stream.NextInt(catalogue.ItemCount);
            int model = catalogue.ItemModel[item];
            bool belongs = intent.Type >= 0 ? catalogue.ModelType[model] == intent.Type : catalogue.ModelBrand[model] == intent.Brand;
            if (!belongs && _items.AsSpan(matching, count - matching).IndexOf(item) < 0)
            {
                count = AddLive(item, at, count);
            }
        }

        return count;
    }

    private int AddLive(int item, long at, int count)
    {
        if (_world.Timeline.IsLive(item, at))
        {
            _items[count++] = item;
        }

        return count;
    }

    private void Sample(SimulatedRequest request, int count, ShownItem[] shown, ref RandomStream stream)
    {
        GoodsRequest asked = GoodsRequest.Of(request);
        for (int index = 0; index < count; index++)
        {
            _scores[index] = Score(asked, _items[index]) / _world.Configuration.LoggingTemperature;
        }

        _draw.Draw(_scores.AsSpan(0, count), shown.Length, ref stream);
        for (int place = 0; place < shown.Length; place++)
        {
            shown[place] = new ShownItem(_world.Catalogue.ItemId[_items[_draw.Order[place]]], place + 1, null, _draw.Propensities[place]);
        }
    }

    private double Score(GoodsRequest request, int item)
    {
        Catalogue catalogue = _world.Catalogue;
        QueryIntent intent = request.Intent;
        int model = catalogue.ItemModel[item];
        double text = 0;
        text += intent.Type >= 0 && catalogue.ModelType[model] == intent.Type ? 1 : 0;
        text += intent.Brand >= 0 && catalogue.ModelBrand[model] == intent.Brand ? 1 : 0;
        text += intent.Model == model ? 1.5 : 0;
        text += intent.Colour >= 0 && catalogue.ItemColour[item] == intent.Colour ? 0.5 : 0;
        double textShare = GoodsRequest.Of(request).IsMisspelt ? MisspeltTextShare : 1;
        return _world.Configuration.PopularityWeight * catalogue.ItemPopularity[item] + _world.Configuration.TextWeight * textShare * text;
    }
}
