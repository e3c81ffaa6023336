using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Collections;

namespace Vitrina.Tests.Kernels.Collections;

public sealed class ColumnMasksTests
{
    [Fact]
    public void Masks_equal_comparisons_one_by_one()
    {
        var random = RandomStream.For(1, "masks");
        for (var round = 0; round < 200; round++)
        {
            var length = round % 4 == 0 ? random.NextInt(64) : 64 + random.NextInt(3);
            var (words, numbers) = (new int[length], new double[length]);
            for (var i = 0; i < length; i++)
            {
                (words[i], numbers[i]) = (random.NextInt(6) - 1, random.NextInt(9) == 0 ? double.NaN : random.NextInt(10));
            }

            int[] wanted = [.. Enumerable.Range(0, random.NextInt(4)).Select(value => value * 2)];
            var (min, max) = ((double)random.NextInt(5), round % 3 == 0 ? double.PositiveInfinity : 5 + random.NextInt(5));
            var (oneOf, within) = (0ul, 0ul);
            for (var i = 0; i < Math.Min(64, length); i++)
            {
                oneOf |= wanted.Contains(words[i]) ? 1ul << i : 0;
                within |= numbers[i] >= min && numbers[i] <= max ? 1ul << i : 0;
            }

            Assert.Equal(oneOf, ColumnMasks.OneOf(words, wanted));
            Assert.Equal(within, ColumnMasks.Within(numbers, min, max));
        }
    }
}
