using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Forests;

namespace Vitrina.Tests.Kernels.Forests;

public class ByteForestTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(32)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(256)]
    public void Every_width_gives_the_sum_of_a_walk_to_the_same_bit(int leaves)
    {
        const int Lanes = 7;
        var random = RandomStream.For((ulong)leaves, "forest");
        var trees = Enumerable.Range(0, 20).Select(_ => Tree(ref random, leaves, Lanes)).ToArray();
        var forest = new ByteForest(trees, Lanes);
        var block = LaneBlock.OfThread(forest.BlockBytes);
        foreach (ref var value in block[..(Lanes * 64)])
        {
            value = (sbyte)(random.NextInt(256) - 128);
        }
        foreach (var rows in new[] { 0, 1, 16, 17, 40, 64 })
        {
            var plain = new double[64];
            forest.Add(block, rows, plain, 1);
            for (var row = 0; row < rows; row++)
            {
                Assert.Equal(Walk(trees, block, row), plain[row], 1e-11);
            }
            foreach (var width in Widths())
            {
                var sums = new double[64];
                forest.Add(block, rows, sums, width);
                Assert.Equal(plain, sums);
            }
        }
    }

    [Fact]
    public void Sums_of_very_unequal_leaves_keep_twelve_digits()
    {
        var random = RandomStream.For(3, "unequal");
        var trees = Enumerable.Range(0, 300).Select(t =>
        {
            var tree = Tree(ref random, 16, 3);
            for (var leaf = 0; leaf < 16; leaf++)
            {
                tree.LeafValue[leaf] *= Math.Pow(10, 6 - (t % 13));
            }
            return tree;
        }).ToArray();
        var forest = new ByteForest(trees, 3);
        var block = LaneBlock.OfThread(forest.BlockBytes);
        block[..(3 * 64)].Fill(3);
        var sums = new double[64];
        forest.Add(block, 64, sums);
        var largest = trees.Sum(tree => tree.LeafValue.Max(Math.Abs));
        Assert.Equal(Walk(trees, block, 5), sums[5], 1e-12 * largest);
    }

    [Fact]
    public void Trees_and_shapes_that_do_not_fit_are_refused()
    {
        var random = RandomStream.For(4, "refused");
        Assert.Throws<ArgumentException>(() => new ByteForest([Tree(ref random, 257, 2)], 2));
        var forest = new ByteForest([Tree(ref random, 4, 2)], 2);
        Assert.Throws<ArgumentException>(() => forest.Add(new sbyte[forest.BlockBytes], 65, new double[65]));
        Assert.Throws<ArgumentException>(() => forest.Add(new sbyte[forest.BlockBytes - 1], 64, new double[64]));
        Assert.Throws<ArgumentException>(() => forest.Add(new sbyte[forest.BlockBytes], 64, new double[63]));
    }

    private static IEnumerable<int> Widths()
    {
        if (Avx512BW.IsSupported)
        {
            yield return 64;
        }
        if (Avx2.IsSupported)
        {
            yield return 32;
        }
        if (Vector128.IsHardwareAccelerated)
        {
            yield return 16;
        }
    }

    private static ByteTree Tree(ref RandomStream random, int leaves, int lanes)
    {
        var splits = leaves - 1;
        var tree = new ByteTree
        {
            Lane = new int[splits],
            Threshold = new sbyte[splits],
            Left = new int[splits],
            Right = new int[splits],
            LeafValue = new double[leaves],
        };
        for (var split = 0; split < splits; split++)
        {
            // A random leaf becomes a split.
            var leaf = random.NextInt(split + 1);
            if (split > 0)
            {
                var left = Array.IndexOf(tree.Left, ~leaf, 0, split);
                (left >= 0 ? ref tree.Left[left] : ref tree.Right[Array.IndexOf(tree.Right, ~leaf, 0, split)]) = split;
            }
            (tree.Left[split], tree.Right[split]) = random.NextBool(0.5) ? (~leaf, ~(split + 1)) : (~(split + 1), ~leaf);
            tree.Lane[split] = random.NextInt(lanes);
            tree.Threshold[split] = (sbyte)(random.NextInt(255) - 128);
        }
        for (var leaf = 0; leaf < leaves; leaf++)
        {
            tree.LeafValue[leaf] = random.NextGaussian();
        }
        return tree;
    }

    private static double Walk(ByteTree[] trees, ReadOnlySpan<sbyte> block, int row)
    {
        double sum = 0;
        foreach (var tree in trees)
        {
            var node = tree.Lane.Length == 0 ? ~0 : 0;
            while (node >= 0)
            {
                node = block[(tree.Lane[node] * 64) + row] > tree.Threshold[node] ? tree.Right[node] : tree.Left[node];
            }
            sum += tree.LeafValue[~node];
        }
        return sum;
    }
}
