using System.Runtime.InteropServices;

namespace Vitrina.Experimentation.Units;

/// <summary>Sums of columns per unit and the arm it was seen in first; units by 64-bit hash.</summary>
/// <remarks>
/// Two units fall together with probability n²/2⁶⁵: 3·10⁻⁶ at ten million. State per unit: 8 (columns + 1) bytes and about 12 for the slot.
/// One of many parts; each is entered under its lock.
/// </remarks>
internal sealed class UnitSums(int columns)
{
    private readonly int _stride = columns;
    private int[] _slots = new int[1024];
    private readonly List<ulong> _units = [];
    private readonly List<short> _arms = [];
    private readonly List<double> _sums = [];

    /// <summary>Number of units.</summary>
    public int Count => _units.Count;

    /// <summary>Rows of units that were seen before.</summary>
    public long RepeatedRows { get; private set; }

    /// <summary>The arm of a unit; −1 when it was seen in two.</summary>
    public int ArmOf(int unit) => _arms[unit];

    /// <summary>The sums of a unit.</summary>
    public ReadOnlySpan<double> SumsOf(int unit) => CollectionsMarshal.AsSpan(_sums).Slice(unit * _stride, _stride);

    /// <summary>Adds a row.</summary>
    public void Add(ulong unit, int arm, ReadOnlySpan<double> values)
    {
        var mask = _slots.Length - 1;
        var at = (int)(unit >> 20) & mask;
        while (_slots[at] != 0)
        {
            var found = _slots[at] - 1;
            if (_units[found] == unit)
            {
                Extend(found, arm, values);
                return;
            }

            at = (at + 1) & mask;
        }

        _units.Add(unit);
        _arms.Add((short)arm);
        _sums.AddRange(values);
        _slots[at] = _units.Count;
        if (_units.Count > _slots.Length * 0.6)
        {
            Grow();
        }
    }

    private void Extend(int unit, int arm, ReadOnlySpan<double> values)
    {
        RepeatedRows++;
        if (_arms[unit] != arm)
        {
            _arms[unit] = -1;
        }

        var sums = CollectionsMarshal.AsSpan(_sums).Slice(unit * _stride, _stride);
        for (var i = 0; i < values.Length; i++)
        {
            sums[i] += values[i];
        }
    }

    private void Grow()
    {
        _slots = new int[_slots.Length * 2];
        var mask = _slots.Length - 1;
        for (var unit = 0; unit < _units.Count; unit++)
        {
            var at = (int)(_units[unit] >> 20) & mask;
            while (_slots[at] != 0)
            {
                at = (at + 1) & mask;
            }

            _slots[at] = unit + 1;
        }
    }
}
