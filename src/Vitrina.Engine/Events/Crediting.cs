using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Events;

/// <summary>An event as statistics see it: bound to ordinals and credited to the view it follows from.</summary>
/// <param name="Type">What happened.</param>
/// <param name="Item">The item's ordinal.</param>
/// <param name="User">The user's ordinal, or -1.</param>
/// <param name="AtMs">When it happened, Unix milliseconds.</param>
/// <param name="QueryHash">The normalised query of the view it is credited to; 0 = none.</param>
/// <param name="Price">The price that the user saw: the event's, else the view's, else the item's; NaN = unknown.</param>
/// <param name="FollowsView">True when a view within the attribution window was found.</param>
/// <param name="Condition">The condition under which the item was seen at that view, of the vertical's offers; -1 = not known.</param>
public readonly record struct CreditedEvent(EventType Type, int Item, int User, long AtMs, ulong QueryHash, float Price, bool FollowsView, int Condition = -1);

/// <summary>Credits each event to the view it follows from (DESIGN, decision 4).</summary>
/// <remarks>
/// One writer. Keeps the last view of each (visitor, item) and the query of each ranking for one to two attribution windows: two
/// generations that take turns, so that forgetting costs nothing per event and depends on the journal alone.
/// </remarks>
/// <param name="attributionWindow">How long after a view an event may follow from it.</param>
/// <param name="withOffers">True keeps what offers need too: the condition of each view and the zone of each ranking.</param>
internal sealed class Crediting(TimeSpan attributionWindow, bool withOffers = false)
{
    private readonly record struct ViewStamp(long AtMs, ulong QueryHash, float Price, int Condition);

    private readonly record struct RankingStamp(ulong QueryHash, int Zone);

    private readonly long _windowMs = (long)attributionWindow.TotalMilliseconds;
    private Dictionary<UInt128, ViewStamp> _views = [];
    private Dictionary<UInt128, ViewStamp> _olderViews = [];
    private Dictionary<UInt128, RankingStamp> _rankings = [];
    private Dictionary<UInt128, RankingStamp> _olderRankings = [];
    private long _generationStartMs = long.MinValue;

    /// <summary>Remembers which query a ranking answered, and for which zone.</summary>
    public void Remember(string rankingId, ulong queryHash, long atMs, int zone = 0)
    {
        Turn(atMs);
        if (queryHash != 0 || zone != 0)
        {
            _rankings[Hash.Of128(rankingId)] = new RankingStamp(queryHash, zone);
        }
    }

    /// <summary>The zone of the ranking that an event followed from; 0 = none is known.</summary>
    public int ZoneOf(MarketEvent marketEvent)
    {
        var ranking = marketEvent.RankingId ?? TokenSigner.ReadJournalled(marketEvent.Token)?.RankingId;
        return ranking is null ? 0 : Find(ranking).Zone;
    }

    private RankingStamp Find(string ranking)
    {
        var id = Hash.Of128(ranking);
        _ = _rankings.TryGetValue(id, out var stamp) || _olderRankings.TryGetValue(id, out stamp);
        return stamp;
    }

    /// <summary>Binds an event to what it follows from.</summary>
    /// <param name="marketEvent">The accepted event.</param>
    /// <param name="item">The item's ordinal.</param>
    /// <param name="user">The user's ordinal, or -1.</param>
    /// <param name="visitor">A key of the user, else of the session; 0 when neither is known.</param>
    /// <param name="ownQueryHash">The hash of the event's own normalised query; 0 = none.</param>
    /// <param name="itemPrice">The item's present price; NaN = unknown.</param>
    /// <param name="condition">A view's condition, which is kept for what follows from it; -1 for others.</param>
    public CreditedEvent Credit(MarketEvent marketEvent, int item, int user, UInt128 visitor, ulong ownQueryHash, float itemPrice, int condition = -1)
    {
        Turn(marketEvent.OccurredAtMs);
        var key = visitor == 0 ? 0 : visitor ^ Hash.Mix((ulong)item + 1);
        var query = ownQueryHash;
        if (query == 0 && TokenSigner.ReadJournalled(marketEvent.Token) is { } token)
        {
            query = token.QueryHash;
        }

        if (query == 0 && marketEvent.RankingId is { } ranking)
        {
            query = Find(ranking).QueryHash;
        }

        var price = double.IsNaN(marketEvent.Price) ? itemPrice : (float)marketEvent.Price;
        if (marketEvent.Type == EventType.View)
        {
            Stamp(key, new ViewStamp(marketEvent.OccurredAtMs, query, price, condition));
            return new CreditedEvent(EventType.View, item, user, marketEvent.OccurredAtMs, query, price, true, condition);
        }

        ViewStamp view = default;
        var follows = key != 0
            && (_views.TryGetValue(key, out view) || _olderViews.TryGetValue(key, out view))
            && marketEvent.OccurredAtMs - view.AtMs <= _windowMs
            && marketEvent.OccurredAtMs >= view.AtMs;
        if (follows)
        {
            query = query == 0 ? view.QueryHash : query;
            price = double.IsNaN(marketEvent.Price) && !float.IsNaN(view.Price) ? view.Price : price;
        }

        return new CreditedEvent(marketEvent.Type, item, user, marketEvent.OccurredAtMs, query, price, follows, follows ? view.Condition : -1);
    }

    /// <summary>Records a view that a surface declares instead of its client.</summary>
    public CreditedEvent AssumeView(int item, int user, UInt128 visitor, ulong queryHash, long atMs, float itemPrice, int condition = -1)
    {
        Turn(atMs);
        Stamp(visitor == 0 ? 0 : visitor ^ Hash.Mix((ulong)item + 1), new ViewStamp(atMs, queryHash, itemPrice, condition));
        return new CreditedEvent(EventType.View, item, user, atMs, queryHash, itemPrice, true, condition);
    }

    private void Stamp(UInt128 key, ViewStamp stamp)
    {
        // A late view does not hide a later one.
        if (key != 0 && !(_views.TryGetValue(key, out var known) && known.AtMs > stamp.AtMs))
        {
            _views[key] = stamp;
        }
    }

    private void Turn(long atMs)
    {
        if (_generationStartMs == long.MinValue)
        {
            _generationStartMs = atMs;
        }

        if (atMs - _generationStartMs < _windowMs)
        {
            return;
        }

        _generationStartMs = atMs;
        (_views, _olderViews) = (_olderViews, _views);
        _views.Clear();
        (_rankings, _olderRankings) = (_olderRankings, _rankings);
        _rankings.Clear();
    }

    public void Save(ByteWriter writer) => FrozenSection.Write(writer, Freeze);

    /// <summary>Copies what a checkpoint holds: copying costs a fraction of writing.</summary>
    public void Freeze(FrozenSection section)
    {
        section.Now.WriteVarInt(_generationStartMs);
        Dictionary<UInt128, ViewStamp>[] views = [new(_views), new(_olderViews)];
        Dictionary<UInt128, RankingStamp>[] rankings = [new(_rankings), new(_olderRankings)];
        section.Later(writer => Save(writer, views, rankings));
    }

    private void Save(ByteWriter writer, Dictionary<UInt128, ViewStamp>[] views, Dictionary<UInt128, RankingStamp>[] rankings)
    {
        foreach (var generation in views)
        {
            writer.WriteVarUInt((ulong)generation.Count);
            foreach (var (key, stamp) in generation)
            {
                writer.WriteUInt128(key);
                writer.WriteVarInt(stamp.AtMs);
                writer.WriteUInt64(stamp.QueryHash);
                writer.WriteSingle(stamp.Price);
                if (withOffers)
                {
                    writer.WriteVarInt(stamp.Condition);
                }
            }
        }

        foreach (var generation in rankings)
        {
            writer.WriteVarUInt((ulong)generation.Count);
            foreach (var (key, ranking) in generation)
            {
                writer.WriteUInt128(key);
                writer.WriteUInt64(ranking.QueryHash);
                if (withOffers)
                {
                    writer.WriteVarUInt((ulong)ranking.Zone);
                }
            }
        }
    }

    public void Load(ref ByteReader reader)
    {
        _generationStartMs = reader.ReadVarInt();
        foreach (var generation in new[] { _views, _olderViews })
        {
            for (var left = reader.ReadCount(20); left > 0; left--)
            {
                var key = reader.ReadUInt128();
                generation[key] = new ViewStamp(reader.ReadVarInt(), reader.ReadUInt64(), reader.ReadSingle(), withOffers ? (int)reader.ReadVarInt() : -1);
            }
        }

        foreach (var generation in new[] { _rankings, _olderRankings })
        {
            for (var left = reader.ReadCount(24); left > 0; left--)
            {
                var key = reader.ReadUInt128();
                generation[key] = new RankingStamp(reader.ReadUInt64(), withOffers ? (int)reader.ReadVarUInt() : 0);
            }
        }
    }
}
