using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Postings;

namespace Vitrina.Tests.Kernels.Postings;

public class WindowSumsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(31, 31)]
    [InlineData(64, 5)]
    [InlineData(1000, 400)]
    [InlineData(4096, 4096)]
    public void Sums_and_searches_equal_the_plain_ones(int size, int count)
    {
        var random = RandomStream.For((ulong)size, "sums");
        var (sums, plain) = (new ushort[size], new ushort[size]);
        for (var list = 0; list < 3; list++)
        {
            var places = Places(ref random, size, count);
            var codes = places.Select(_ => (byte)random.NextInt(256)).ToArray();
            var values = Enumerable.Range(0, 256).Select(_ => (ushort)random.NextInt(20_000)).ToArray();
            WindowSums.Add(places, codes, values, sums);
            WindowSums.AddPlain(places, codes, values, plain);
        }

        Assert.Equal(plain, sums);
        for (var trial = 0; trial < 200; trial++)
        {
            var (from, least) = (random.NextInt(size + 1), (ushort)(1 + random.NextInt(65_535)));
            Assert.Equal(WindowSums.NextAtLeastPlain(plain, from, least), WindowSums.NextAtLeast(sums, from, least));
        }

        Assert.Equal(-1, WindowSums.NextAtLeast(sums, size, 1));
    }

    [Fact]
    public void Searches_of_codes_equal_the_plain_ones()
    {
        var random = RandomStream.For(2, "codes");
        foreach (var size in new[] { 0, 1, 15, 16, 17, 63, 64, 65, 130, 1000 })
        {
            var codes = Enumerable.Range(0, size).Select(_ => (byte)(random.NextInt(8) == 0 ? random.NextInt(256) : 0)).ToArray();
            for (var trial = 0; trial < 100; trial++)
            {
                var (from, least) = (random.NextInt(size + 1), (byte)random.NextInt(256));
                Assert.Equal(WindowSums.NextAtLeastPlain(codes, from, least), WindowSums.NextAtLeast(codes.AsSpan(), from, least));
                Assert.Equal(WindowSums.CountAtLeastPlain(codes, least), WindowSums.CountAtLeast(codes, least));
            }
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => WindowSums.Add([5], [0], new ushort[256], new ushort[5]));
        Assert.Throws<ArgumentException>(() => WindowSums.Add([1, 2], [0], new ushort[256], new ushort[5]));
        Assert.Throws<ArgumentException>(() => WindowSums.Add([1], [0], new ushort[255], new ushort[5]));
        WindowSums.Add([], [], [], []);
    }

    [Fact]
    public void A_number_is_found_where_it_stands()
    {
        var random = RandomStream.For(1, "find");
        foreach (var size in new[] { 0, 1, 2, 3, 17, 256, 1000 })
        {
            var places = Places(ref random, 2000, size);
            var numbers = places.Select(place => place * 3).ToArray();
            for (var wanted = 0; wanted < 2000; wanted++)
            {
                Assert.Equal(Array.IndexOf(places, (ushort)wanted), SortedSearch.Find(places, (ushort)wanted));
                Assert.Equal(Array.IndexOf(numbers, wanted), SortedSearch.Find(numbers.AsSpan(), wanted));
            }
        }
    }

    private static ushort[] Places(ref RandomStream random, int size, int count)
    {
        var places = new SortedSet<ushort>();
        while (places.Count < count)
        {
            places.Add((ushort)random.NextInt(size));
        }

        return [.. places];
    }
}
