namespace Vitrina.Engine.Statistics.Offers;

/// <summary>Computes the thresholds of every type of a catalogue at once; thin types borrow from their ancestors.</summary>
/// <remarks>
/// A type with fewer than <see cref="OwnFrom"/> items uses the deciles of value ÷ type median over all items below the nearest ancestor that has
/// as many; where none has, below the root. A type with fewer than <see cref="BinnedFrom"/> items gets no thresholds: its median means nothing.
/// Types without a parent share one root.
/// </remarks>
public sealed class TypeThresholds
{
    private const int Root = -1;
    private readonly int[] _parents;
    private readonly double[][] _values;

    /// <summary>Takes the types.</summary>
    /// <param name="axis">What the values are.</param>
    /// <param name="parents">The parent of each type by number; −1 without one. No circles.</param>
    /// <param name="values">Values of each type's items, one an item, in any order; sorted in place.</param>
    /// <exception cref="ArgumentException">A value can be none, a parent is no type, or types are their own ancestors.</exception>
    public TypeThresholds(OfferAxis axis, IReadOnlyList<int> parents, IReadOnlyList<double[]> values)
    {
        ArgumentNullException.ThrowIfNull(parents);
        ArgumentNullException.ThrowIfNull(values);
        if (parents.Count != values.Count)
        {
            throw new ArgumentException($"There are {parents.Count} parents for {values.Count} types.", nameof(parents));
        }

        _parents = [.. parents];
        _values = [.. values];
        for (var type = 0; type < _values.Length; type++)
        {
            foreach (var value in _values[type])
            {
                if (!OfferState.IsValid(axis, value))
                {
                    throw new ArgumentException($"Type {type} holds the {(axis == OfferAxis.Price ? "price" : "delivery time")} {value}.", nameof(values));
                }
            }

            RequireRoot(type);
            Array.Sort(_values[type]);
        }
    }

    /// <summary>Items from which a type has thresholds of its own. 50: five items a bin; 739 of 1,389 Ozon categories are smaller.</summary>
    public int OwnFrom { get; init; } = 50;

    /// <summary>Items from which a type has a median that means something.</summary>
    public int BinnedFrom { get; init; } = 5;

    /// <summary>The thresholds of every type, in the order of the types.</summary>
    /// <remarks>Cost: sorting, and once more for the ancestors that lend.</remarks>
    public DecileThresholds[] Compute()
    {
        var sizes = SizesWithDescendants();
        var lent = new Dictionary<int, double[]>();
        var lenders = new int[_values.Length];
        for (var type = 0; type < _values.Length; type++)
        {
            lenders[type] = type;
            if (_values[type].Length >= BinnedFrom && _values[type].Length < OwnFrom)
            {
                lent[lenders[type] = LenderOf(type, sizes)] = [];
            }
        }

        Lend(lent);
        var computed = new DecileThresholds[_values.Length];
        Span<double> own = stackalloc double[DecileThresholds.Count];
        for (var type = 0; type < computed.Length; type++)
        {
            var sorted = _values[type];
            var median = sorted.Length == 0 ? double.NaN : DecileThresholds.NearestRank(sorted, 5);
            if (sorted.Length < BinnedFrom || sorted.Length == 0)
            {
                computed[type] = new DecileThresholds(DecileSource.None, sorted.Length, median, []);
            }
            else if (lenders[type] != type)
            {
                computed[type] = new DecileThresholds(DecileSource.Ancestor, sorted.Length, median, lent[lenders[type]]);
            }
            else
            {
                Cut(sorted, own);
                computed[type] = new DecileThresholds(DecileSource.Own, sorted.Length, median, own);
            }
        }

        return computed;
    }

    private static void Cut(ReadOnlySpan<double> sorted, Span<double> thresholds)
    {
        for (var decile = 1; decile <= DecileThresholds.Count; decile++)
        {
            thresholds[decile - 1] = DecileThresholds.NearestRank(sorted, decile);
        }
    }

    private void RequireRoot(int type)
    {
        var steps = 0;
        for (var at = type; at != Root; at = _parents[at])
        {
            if (at < 0 || at >= _parents.Length || steps++ > _parents.Length)
            {
                throw new ArgumentException($"Type {type} has no way to the root: {(steps > _parents.Length ? "it is its own ancestor" : $"there is no type {at}")}.");
            }
        }
    }

    private int[] SizesWithDescendants()
    {
        var sizes = new int[_values.Length];
        for (var type = 0; type < _values.Length; type++)
        {
            for (var at = type; at != Root; at = _parents[at])
            {
                sizes[at] += _values[type].Length;
            }
        }

        return sizes;
    }

    private int LenderOf(int type, int[] sizes)
    {
        var at = _parents[type];
        while (at != Root && sizes[at] < OwnFrom)
        {
            at = _parents[at];
        }

        return at;
    }

    // Fills the deciles of ratios below every lender. Types too thin for a median lend nothing.
    private void Lend(Dictionary<int, double[]> lent)
    {
        foreach (var lender in lent.Keys.ToArray())
        {
            var ratios = new List<double>();
            for (var type = 0; type < _values.Length; type++)
            {
                if (_values[type].Length >= BinnedFrom && IsBelow(type, lender))
                {
                    var median = DecileThresholds.NearestRank(_values[type], 5);
                    foreach (var value in _values[type])
                    {
                        ratios.Add(DecileThresholds.Ratio(value, median));
                    }
                }
            }

            ratios.Sort();
            var thresholds = new double[DecileThresholds.Count];
            Cut(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(ratios), thresholds);
            lent[lender] = thresholds;
        }
    }

    private bool IsBelow(int type, int ancestor)
    {
        var at = type;
        while (at != Root && at != ancestor)
        {
            at = _parents[at];
        }

        return at == ancestor;
    }
}
