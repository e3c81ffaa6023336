using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Kernels.Collections;

/// <summary>One shard of an <see cref="ExpiringKeySet"/>: open addressing over groups of 16 slots.</summary>
/// <remarks>
/// A slot's mark holds the stamp in its upper byte (0 empty, 1 expired) and eight bits of the hash in the lower one; a group's marks are
/// compared at once, so an absent key usually costs one cache miss and never touches other keys. Groups lie in the order of the hash, so
/// a rebuild streams through memory. A group with an empty slot has never been overflowed, which ends a search and lets expired slots of
/// that group become empty again.
/// </remarks>
internal sealed class ExpiringKeyShard(double phase)
{
    public const byte FirstStamp = 2;

    /// <summary>
    /// Below the load that steady traffic over six generations reaches after a growth and one expiry (0.84 / 1.45 x 6/7 = 0.50): a shard
    /// that has just grown does not shrink with every generation.
    /// </summary>
    public const double SparseLoad = 0.45;

    /// <summary>The load of a shard that has just grown: below it, a smaller size of its series holds the keys.</summary>
    public const double GrownLoad = RebuiltLoad / GrowthFactor;
    private const int GroupSize = 16;
    private const ushort Expired = 0x100;
    private const ushort FirstLive = FirstStamp << 8;
    private const double GrowthFactor = 1.45;
    private const double RebuiltLoad = 0.84;
    private const int FixedBytes = 104;
    private UInt128[] _keys = [];
    private ushort[] _marks = [];
    private int _groups;
    private int _used;
    private int _live;

    public int Capacity => _marks.Length;

    public long Bytes => _marks.Length == 0 ? FixedBytes : _marks.Length * 18L + 48 + FixedBytes;

    public static ulong HashOf(UInt128 key) => Hash.Mix((ulong)key ^ Hash.Mix((ulong)(key >> 64)));

    public bool TryGet(int slot, out UInt128 key, out byte stamp)
    {
        key = _keys[slot];
        stamp = (byte)(_marks[slot] >> 8);
        return stamp >= FirstStamp;
    }

    public bool TryAdd(UInt128 key, ulong hash, byte stamp)
    {
        if (_groups == 0)
        {
            Rebuild();
        }
        var free = -1;
        var fingerprint = Vector256.Create((ushort)(hash >> 32 & 0xff));
        for (var group = HomeOf(hash); ; group = group + 1 == _groups ? 0 : group + 1)
        {
            var marks = MarksOf(group);
            var live = Vector256.GreaterThanOrEqual(marks, Vector256.Create(FirstLive)).ExtractMostSignificantBits();
            var alike = Vector256.Equals(marks & Vector256.Create((ushort)0xff), fingerprint).ExtractMostSignificantBits() & live;
            for (; alike != 0; alike &= alike - 1)
            {
                if (_keys[group * GroupSize + BitOperations.TrailingZeroCount(alike)] == key)
                {
                    return false;
                }
            }
            if (free < 0 && live != 0xffff)
            {
                free = group * GroupSize + BitOperations.TrailingZeroCount(~live);
            }
            if (Vector256.EqualsAny(marks, Vector256<ushort>.Zero))
            {
                break;
            }
        }
        if (_marks[free] == 0)
        {
            // Seven eighths: a group keeps two of its 16 slots free on average.
            if ((_used + 1) * 8L > _marks.Length * 7L)
            {
                Rebuild();
                free = FreeSlot(HomeOf(hash));
            }
            _used++;
        }
        _keys[free] = key;
        _marks[free] = MarkOf(hash, stamp);
        _live++;
        return true;
    }

    /// <summary>Forgets the keys with a stamp and returns their number.</summary>
    public int Expire(byte stamp)
    {
        var count = 0;
        var wanted = Vector256.Create((ushort)stamp);
        for (var group = 0; group < _groups; group++)
        {
            var marks = MarksOf(group);
            var expiring = Vector256.Equals(marks >>> 8, wanted);
            var expiringCount = BitOperations.PopCount(expiring.ExtractMostSignificantBits());
            if (expiringCount == 0)
            {
                continue;
            }
            count += expiringCount;
            marks = Vector256.ConditionalSelect(expiring, Vector256.Create(Expired), marks);
            if (Vector256.EqualsAny(marks, Vector256<ushort>.Zero))
            {
                var expired = Vector256.Equals(marks, Vector256.Create(Expired));
                marks = Vector256.AndNot(marks, expired);
                _used -= BitOperations.PopCount(expired.ExtractMostSignificantBits());
            }
            marks.StoreUnsafe(ref MemoryMarshal.GetArrayDataReference(_marks), (nuint)group * GroupSize);
        }
        _live -= count;
        return count;
    }

    /// <summary>Gives back memory when the living keys fill less than <paramref name="load"/> of it.</summary>
    public void ShrinkBelow(double load)
    {
        if (_live == 0)
        {
            _keys = [];
            _marks = [];
            _groups = 0;
            _used = 0;
        }
        else if (_live < _marks.Length * load && GroupsFor(_live) < _groups)
        {
            Rebuild();
        }
    }

    private void Rebuild()
    {
        var oldKeys = _keys;
        var oldMarks = _marks;
        _groups = GroupsFor(_live + 1);
        _keys = GC.AllocateUninitializedArray<UInt128>(checked(_groups * GroupSize));
        _marks = new ushort[_groups * GroupSize];
        for (var old = 0; old < oldMarks.Length; old++)
        {
            if (oldMarks[old] >= FirstLive)
            {
                var slot = FreeSlot(HomeOf(HashOf(oldKeys[old])));
                _keys[slot] = oldKeys[old];
                _marks[slot] = oldMarks[old];
            }
        }
        _used = _live;
    }

    /// <summary>The smallest size of this shard's own geometric series that holds the keys at the load of a rebuild.</summary>
    private int GroupsFor(int keyCount)
    {
        var needed = Math.Max(1, keyCount / (RebuiltLoad * GroupSize));
        var power = Math.Ceiling(Math.Log(needed) / Math.Log(GrowthFactor) - phase);
        return (int)Math.Ceiling(Math.Max(needed, Math.Pow(GrowthFactor, power + phase)));
    }

    /// <summary>The first empty slot from a group on, in a table without expired slots.</summary>
    private int FreeSlot(int group)
    {
        while (true)
        {
            var empty = Vector256.Equals(MarksOf(group), Vector256<ushort>.Zero).ExtractMostSignificantBits();
            if (empty != 0)
            {
                return group * GroupSize + BitOperations.TrailingZeroCount(empty);
            }
            group = group + 1 == _groups ? 0 : group + 1;
        }
    }

    // The caller's group is below _groups, so the 16 marks lie inside the array.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Vector256<ushort> MarksOf(int group) =>
        Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_marks), (nuint)group * GroupSize);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int HomeOf(ulong hash) => (int)(((hash & 0xffffffff) * (ulong)(uint)_groups) >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ushort MarkOf(ulong hash, byte stamp) => (ushort)((stamp << 8) | (int)(hash >> 32 & 0xff));
}
