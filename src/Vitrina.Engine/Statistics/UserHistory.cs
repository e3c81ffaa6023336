using Vitrina.Engine.Events;
using Vitrina.Engine.Journal;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Collections;

namespace Vitrina.Engine.Statistics;

/// <summary>One thing a user did.</summary>
/// <param name="Item">The item's ordinal.</param>
/// <param name="Previous">The index of the same user's entry before this one, or -1.</param>
/// <param name="AtMs">When, Unix milliseconds.</param>
/// <param name="QueryHash">The query it is credited to; 0 = none.</param>
/// <param name="Price">The price that the user saw; NaN = unknown.</param>
/// <param name="Type">What happened.</param>
public readonly record struct HistoryEntry(int Item, int Previous, long AtMs, ulong QueryHash, float Price, EventType Type);

/// <summary>What each user did, newest first: one append-only log with a chain per user.</summary>
/// <remarks>One writer; 32 bytes an entry. Old entries never change, so a frozen view costs nothing.</remarks>
public sealed class UserHistory
{
    // A handful of touches tells a taste; among the newest 64 entries, so that counting ends whatever a person looked at.
    private const int NewBelow = 5;
    private const int NewLookBack = 64;
    private readonly PagedArray<HistoryEntry> _entries = new(7);
    private readonly PagedArray<int> _heads = new(8);

    /// <summary>How many entries there are.</summary>
    public int EntryCount => _entries.Count;

    /// <summary>Bytes held.</summary>
    public long Bytes => ((long)_entries.Count * System.Runtime.CompilerServices.Unsafe.SizeOf<HistoryEntry>()) + ((long)_heads.Count * sizeof(int));

    /// <summary>Appends what a user did.</summary>
    public void Add(int user, int item, EventType type, long atMs, ulong queryHash, float price)
    {
        EnsureUser(user);
        var entry = _entries.Add(new HistoryEntry(item, _heads[user] - 1, atMs, queryHash, price, type));
        _heads.Edit(user) = entry + 1;
    }

    /// <summary>Appends everything that an alias did to a user's chain, oldest first.</summary>
    public void Join(int user, int alias, int limit)
    {
        EnsureUser(Math.Max(user, alias));
        var copied = new List<HistoryEntry>();
        for (var at = _heads[alias] - 1; at >= 0 && copied.Count < limit; at = _entries[at].Previous)
        {
            copied.Add(_entries[at]);
        }

        for (var i = copied.Count - 1; i >= 0; i--)
        {
            var entry = copied[i];
            Add(user, entry.Item, entry.Type, entry.AtMs, entry.QueryHash, entry.Price);
        }
    }

    /// <summary>Forgets what a user did.</summary>
    public void Erase(int user)
    {
        EnsureUser(user);
        for (var at = _heads[user] - 1; at >= 0;)
        {
            var previous = _entries[at].Previous;
            _entries.Edit(at) = new HistoryEntry(-1, -1, 0, 0, float.NaN, EventType.View);
            at = previous;
        }

        _heads.Edit(user) = 0;
    }

    /// <summary>True while few of a user's newest entries show interest: the person is new.</summary>
    /// <param name="user">The user, or -1.</param>
    /// <param name="weights">How much interest each event type shows.</param>
    public bool IsNew(int user, ReadOnlySpan<float> weights)
    {
        var (left, touches) = (NewLookBack, 0);
        for (var at = user >= 0 && user < _heads.Count ? _heads[user] - 1 : -1; at >= 0 && left > 0; at = _entries[at].Previous, left--)
        {
            touches += weights[(int)_entries[at].Type] > 0 ? 1 : 0;
        }

        return touches < NewBelow;
    }

    /// <summary>The same, of entries that were copied newest first.</summary>
    public static bool IsNew(ReadOnlySpan<HistoryEntry> newest, ReadOnlySpan<float> weights)
    {
        var touches = 0;
        for (var i = 0; i < newest.Length && i < NewLookBack; i++)
        {
            touches += weights[(int)newest[i].Type] > 0 ? 1 : 0;
        }

        return touches < NewBelow;
    }

    private void EnsureUser(int user)
    {
        // Heads hold index + 1, so that the zero of a new page means "nothing yet".
        _heads.EnsureCount(user + 1);
    }

    /// <summary>An immutable view for readers on other threads.</summary>
    public UserHistoryView Freeze() => new(_entries.Freeze(), _heads.Freeze());

    /// <summary>A view of the present content, valid until the next write.</summary>
    public UserHistoryView Live() => new(_entries.Live(), _heads.Live());

    /// <summary>Freezes the whole content for a checkpoint.</summary>
    public void Freeze(FrozenSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        section.Later(Freeze().Save);
    }

    /// <summary>Reads what <see cref="UserHistoryView.Save"/> wrote into an empty history.</summary>
    public void Load(ref ByteReader reader)
    {
        for (var left = reader.ReadCount(16); left > 0; left--)
        {
            var (item, previous, at) = ((int)reader.ReadVarInt(), (int)reader.ReadVarInt(), reader.ReadVarInt());
            _entries.Add(new HistoryEntry(item, previous, at, reader.ReadUInt64(), reader.ReadSingle(), (EventType)reader.ReadByte()));
        }

        var users = reader.ReadCount(1);
        _heads.EnsureCount(users);
        for (var user = 0; user < users; user++)
        {
            _heads.Edit(user) = (int)reader.ReadVarUInt();
        }
    }
}

/// <summary>A frozen state of a <see cref="UserHistory"/>. Safe for concurrent use.</summary>
public readonly struct UserHistoryView
{
    private readonly PagedView<HistoryEntry> _entries;
    private readonly PagedView<int> _heads;

    internal UserHistoryView(PagedView<HistoryEntry> entries, PagedView<int> heads) => (_entries, _heads) = (entries, heads);

    /// <summary>Copies a user's newest entries, newest first.</summary>
    /// <returns>How many were copied: at most the span's length.</returns>
    public int Newest(int user, Span<HistoryEntry> entries)
    {
        if (user < 0 || user >= _heads.Count)
        {
            return 0;
        }

        var count = 0;
        for (var at = _heads[user] - 1; at >= 0 && count < entries.Length; at = _entries[at].Previous)
        {
            entries[count++] = _entries[at];
        }

        return count;
    }

    /// <summary>Writes the whole content.</summary>
    public void Save(ByteWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteVarUInt((ulong)_entries.Count);
        for (var i = 0; i < _entries.Count; i++)
        {
            var entry = _entries[i];
            writer.WriteVarInt(entry.Item);
            writer.WriteVarInt(entry.Previous);
            writer.WriteVarInt(entry.AtMs);
            writer.WriteUInt64(entry.QueryHash);
            writer.WriteSingle(entry.Price);
            writer.WriteByte((byte)entry.Type);
        }

        writer.WriteVarUInt((ulong)_heads.Count);
        for (var i = 0; i < _heads.Count; i++)
        {
            writer.WriteVarUInt((ulong)_heads[i]);
        }
    }
}
