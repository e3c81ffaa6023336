using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Collections;

namespace Vitrina.Tests.Kernels.Collections;

public class BitSetTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void Operations_are_those_of_sorted_sets(int length)
    {
        var stream = RandomStream.For(1, "bits", (ulong)length);
        for (var trial = 0; trial < 50; trial++)
        {
            var (first, firstPlain) = Draw(length, ref stream);
            var (second, secondPlain) = Draw(length, ref stream);
            AssertSame(firstPlain, first);
            switch (trial % 3)
            {
                case 0: first.And(second); firstPlain.IntersectWith(secondPlain); break;
                case 1: first.Or(second); firstPlain.UnionWith(secondPlain); break;
                default: first.AndNot(second); firstPlain.ExceptWith(secondPlain); break;
            }
            AssertSame(firstPlain, first);
            first.SetAll();
            Assert.Equal(length, first.PopCount());
            first.ClearAll();
            Assert.Equal(-1, first.NextSet(0));
        }
    }

    [Fact]
    public void Indexes_outside_and_sets_of_other_lengths_are_refused()
    {
        var set = new BitSet(70);
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Set(70));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Get(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => set.Clear(127));
        Assert.Throws<ArgumentException>(() => set.And(new BitSet(71)));
    }

    private static (BitSet Set, SortedSet<int> Plain) Draw(int length, ref RandomStream stream)
    {
        var set = new BitSet(length);
        var plain = new SortedSet<int>();
        for (var step = 0; step < length; step++)
        {
            var index = stream.NextInt(length);
            if (stream.NextBool(0.7))
            {
                set.Set(index);
                plain.Add(index);
            }
            else
            {
                set.Clear(index);
                plain.Remove(index);
            }
        }
        return (set, plain);
    }

    private static void AssertSame(SortedSet<int> plain, BitSet set)
    {
        var found = new List<int>();
        for (var index = set.NextSet(0); index >= 0; index = set.NextSet(index + 1))
        {
            Assert.True(set.Get(index));
            found.Add(index);
        }
        Assert.Equal(plain, found);
        Assert.Equal(plain.Count, set.PopCount());
    }
}
