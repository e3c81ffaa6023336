using Vitrina.Kernels.Chance;
using Vitrina.Learning.Recommending;

namespace Vitrina.Tests.Learning.Recommending;

/// <summary>Small made-up histories: each item leads to one of three others, so that order can be learned.</summary>
internal static class RandomHistories
{
    public const int Items = 40;

    public static int[][] Draw(ulong seed, int count, int items = Items)
    {
        int[][] sequences = new int[count][];
        for (int number = 0; number < count; number++)
        {
            RandomStream random = RandomStream.For(seed, "histories", (ulong)number);
            List<int> sequence = [random.NextInt(items)];
            int length = 3 + random.NextInt(6);
            while (sequence.Count < length)
            {
                int next = random.NextBool(0.7) ? ((sequence[^1] * 7) + 3 + random.NextInt(3)) % items : random.NextInt(items);
                if (!sequence.Contains(next))
                {
                    sequence.Add(next);
                }
            }

            sequences[number] = [.. sequence];
        }

        return sequences;
    }

    public static ItemAttributes Attributes(int items = Items)
        => new(8, [.. Enumerable.Range(0, items).Select(item => item % 9 == 0 ? [] : (int[])[item % 5, 5 + (item % 3)])]);

    public static void AssertNear(float[] expected, float[] actual, double tolerance = 1e-4)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int item = 0; item < expected.Length; item++)
        {
            Assert.True(Math.Abs(expected[item] - actual[item]) <= tolerance * (1 + Math.Abs(expected[item])), $"item {item}: {actual[item]}, not {expected[item]}");
        }
    }
}
