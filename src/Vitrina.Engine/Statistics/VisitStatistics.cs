using Vitrina.Engine.Catalog;
using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Engine.Statistics.Groups;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Statistics;

/// <summary>What visits add up to in one vertical: which items and groups people take to, and after which others.</summary>
/// <remarks>One writer, in journal order. Of one visitor <see cref="RateCap.MostPerHour"/> events an hour count.</remarks>
internal sealed class VisitStatistics
{
    /// <summary>Most items that follow one item.</summary>
    public const int MostFollowers = 32;

    private const double TrailHalfLifeMs = 3_600_000;
    private const long TrailMs = 24 * 3_600_000L;

    private readonly ItemCatalog _catalog;
    private readonly float[] _weights;
    private readonly RateCap _cap = new();
    private readonly VisitorTrails _trails = new();
    private readonly GroupStatistics[] _groups;
    private readonly FollowerTable? _pairs;

    /// <param name="groupings">How items are divided into groups.</param>
    /// <param name="weights">How much interest each event type shows.</param>
    /// <param name="hasPairs">True counts which items follow which.</param>
    /// <param name="catalog">The catalogue.</param>
    public VisitStatistics(IReadOnlyList<GroupingDeclaration> groupings, float[] weights, bool hasPairs, ItemCatalog catalog)
    {
        (_catalog, _weights) = (catalog, weights);
        _groups = [.. groupings.Select(grouping => new GroupStatistics(grouping, catalog))];
        _pairs = hasPairs ? new FollowerTable(MostFollowers, TimeSpan.FromDays(28)) : null;
    }

    /// <summary>Bytes held: tables of groups and pairs, and the trails of the last two days' visitors.</summary>
    public long Bytes => _groups.Sum(group => group.Bytes) + (_pairs?.Bytes ?? 0) + _trails.Bytes;

    /// <summary>Takes over an item's new state.</summary>
    public void ApplyItem(Item item)
    {
        foreach (var group in _groups)
        {
            group.ApplyItem(item);
        }
    }

    /// <summary>Counts a credited event.</summary>
    /// <param name="credited">The event.</param>
    /// <param name="item">The item it happened to.</param>
    /// <param name="visitor">A key of the user, else of the session; 0 when neither is known.</param>
    /// <param name="context">What the event said besides.</param>
    /// <param name="isNew">True while little is known of the person.</param>
    public void Apply(in CreditedEvent credited, Item item, UInt128 visitor, IReadOnlyList<KeyValuePair<string, string>> context, bool isNew)
    {
        if (_weights[(int)credited.Type] <= 0 || (visitor != 0 && !_cap.Allows(visitor, credited.AtMs)))
        {
            return;
        }

        var trail = visitor == 0 ? [] : _trails.Of(visitor);
        var person = new GroupVisitor(credited.User < 0 ? null : _catalog.UserAt(credited.User), context, isNew, trail);
        foreach (var group in _groups)
        {
            group.Apply(credited, item, person);
        }

        CountPairs(trail, item.Ordinal, credited.AtMs);
        if (visitor != 0)
        {
            _trails.Add(visitor, item.Ordinal, credited.AtMs);
        }
    }

    private void CountPairs(ReadOnlySpan<TrailStep> trail, int item, long atMs)
    {
        if (_pairs is null || (trail.Length > 0 && trail[0].Item == item))
        {
            return;
        }

        for (var i = 0; i < trail.Length && trail[i].Item >= 0; i++)
        {
            if (trail[i].Item != item && trail[i].AtMs <= atMs && atMs - trail[i].AtMs <= TrailMs)
            {
                _pairs.Add((UInt128)(uint)(trail[i].Item + 1), item, double.Exp2((trail[i].AtMs - atMs) / TrailHalfLifeMs) / (i + 1), atMs);
            }
        }
    }

    /// <summary>Forgets where a visitor was.</summary>
    public void Forget(UInt128 visitor) => _trails.Forget(visitor);

    public VisitView Freeze() => new() { Groups = [.. _groups.Select(group => group.Freeze())], Pairs = _pairs?.Freeze() };

    public VisitView Live() => new() { Groups = [.. _groups.Select(group => group.Live())], Pairs = _pairs?.Live() };

    public void Freeze(FrozenSection section)
    {
        _cap.Save(section.Now);
        _trails.Save(section.Now);
        foreach (var group in _groups)
        {
            group.Save(section.Now);
        }

        _pairs?.Freeze(section);
    }

    public void Load(ref ByteReader reader)
    {
        _cap.Load(ref reader);
        _trails.Load(ref reader);
        foreach (var group in _groups)
        {
            group.Load(ref reader);
        }

        _pairs?.Load(ref reader);
    }
}

/// <summary>A frozen state of a <see cref="VisitStatistics"/>. Safe for concurrent use.</summary>
public sealed class VisitView
{
    /// <summary>Of a vertical that counts no visits.</summary>
    public static VisitView None { get; } = new();

    /// <summary>The groupings, in the order of the vertical's declaration.</summary>
    public IReadOnlyList<GroupView> Groups { get; init; } = [];

    /// <summary>Which items follow an item; null where they are not counted.</summary>
    internal FollowerView? Pairs { get; init; }
}
