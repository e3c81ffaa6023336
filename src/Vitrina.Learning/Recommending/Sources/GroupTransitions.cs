using Vitrina.Kernels.Matrices;

namespace Vitrina.Learning.Recommending.Sources;

/// <summary>
/// Which groups the next item has, as a ridge regression on the groups of what came before, the newest weighing most:
/// (PᵀP + λI)⁻¹PᵀS over every place of every sequence, P the decayed groups before it, S the groups of the item there.
/// </summary>
/// <remarks>A group is an attribute: a category, a brand, a cluster. Immutable and safe for concurrent use.</remarks>
public sealed class GroupTransitions
{
    /// <summary>The most groups: the system is dense.</summary>
    public const int MaxGroups = 6000;

    private readonly CsrMatrix _groupsOf;
    private readonly RecencyWeights _recency = new(Engine.Models.Factors.GroupFactors.StepDecay);
    private readonly float[] _coefficients;
    private readonly int _count;

    [ThreadStatic]
    private static RowAccumulator? t_before;

    /// <summary>Fits the regression.</summary>
    /// <param name="known">What people did.</param>
    /// <param name="groupsOf">1 where an item belongs to a group, shape [items x groups].</param>
    /// <param name="ridge">The ridge λ.</param>
    public GroupTransitions(ItemSequences known, CsrMatrix groupsOf, double ridge = 50)
    {
        ArgumentNullException.ThrowIfNull(known);
        ArgumentNullException.ThrowIfNull(groupsOf);
        _groupsOf = groupsOf;
        _count = groupsOf.ColumnCount;
        float[] system = new float[_count * _count], right = new float[_count * _count];
        RowAccumulator before = new(_count);
        for (int sequence = 0; sequence < known.Count; sequence++)
        {
            ReadOnlySpan<int> items = known[sequence];
            for (int place = 1; place < items.Length; place++)
            {
                Gather(items[..place], before);
                AddPlace(before, groupsOf.ColumnsOf(items[place]), system, right);
                before.Clear();
            }
        }

        for (int group = 0; group < _count; group++)
        {
            system[(group * _count) + group] += (float)ridge;
        }

        SymmetricInverse.Invert(system, _count);

        // Of many groups few follow one another: the right side is mostly zeros.
        CsrMatrix followed = CsrRows.Build(_count, _count, int.MaxValue, (group, sums) =>
        {
            for (int other = 0; other < _count; other++)
            {
                if (right[(group * _count) + other] is var count and not 0)
                {
                    sums.Add(other, count);
                }
            }
        });
        _coefficients = new float[_count * _count];
        Parallel.For(0, _count, row =>
        {
            Span<float> sums = _coefficients.AsSpan(row * _count, _count);
            for (int middle = 0; middle < _count; middle++)
            {
                followed.AddRow(middle, system[(row * _count) + middle], sums);
            }
        });
    }

    /// <summary>How much a group before foretells each group as the next one, shape [groups].</summary>
    public ReadOnlySpan<float> CoefficientsOf(int group) => _coefficients.AsSpan(group * _count, _count);

    /// <summary>Expected groups of the next item.</summary>
    /// <param name="history">Items, oldest first.</param>
    /// <param name="scores">Receives a score per group, shape [groups].</param>
    public void Score(ReadOnlySpan<int> history, Span<float> scores)
    {
        scores.Clear();
        RowAccumulator before = RowAccumulator.OfThread(ref t_before, _count);
        Gather(history, before);
        foreach (int group in before.Touched)
        {
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(_coefficients.AsSpan(group * _count, _count), before[group], scores, scores);
        }

        before.Clear();
    }

    private void Gather(ReadOnlySpan<int> items, RowAccumulator before)
    {
        for (int back = 0; back < _recency.Reach(items.Length); back++)
        {
            foreach (int group in _groupsOf.ColumnsOf(items[^(back + 1)]))
            {
                before.Add(group, _recency[back]);
            }
        }
    }

    private void AddPlace(RowAccumulator before, ReadOnlySpan<int> next, float[] system, float[] right)
    {
        foreach (int group in before.Touched)
        {
            float weight = before[group];
            Span<float> row = system.AsSpan(group * _count, _count);
            foreach (int other in before.Touched)
            {
                row[other] += weight * before[other];
            }

            row = right.AsSpan(group * _count, _count);
            foreach (int other in next)
            {
                row[other] += weight;
            }
        }
    }
}
