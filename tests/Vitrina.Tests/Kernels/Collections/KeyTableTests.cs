using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Collections;

namespace Vitrina.Tests.Kernels.Collections;

public class KeyTableTests
{
    [Fact]
    public void Rows_are_those_of_a_dictionary()
    {
        var table = new KeyTable();
        var plain = new Dictionary<UInt128, int>();
        var stream = RandomStream.For(1, "keys");
        for (var step = 0; step < 100_000; step++)
        {
            // Keys that are neither random nor spread: the table may not rely on hashed keys.
            var key = new UInt128((ulong)stream.NextInt(3), (ulong)stream.NextInt(20_000) << 40);
            if (stream.NextBool(0.5))
            {
                Assert.Equal(plain.TryGetValue(key, out var expected) ? expected : -1, table.Find(key));
            }
            else
            {
                var isNew = plain.TryAdd(key, plain.Count);
                Assert.Equal(plain[key], table.GetOrAdd(key, out var added));
                Assert.Equal(isNew, added);
            }
        }
        Assert.Equal(plain.Count, table.Count);
        Assert.All(plain, pair => Assert.Equal(pair.Key, table.KeyOf(pair.Value)));
        Assert.Throws<ArgumentOutOfRangeException>(() => table.KeyOf(table.Count));
        Assert.InRange(table.Bytes, 27L * table.Count, 41L * table.Count + 70_000);
    }

    [Fact]
    public void Zero_and_the_largest_key_are_keys_like_others()
    {
        var table = new KeyTable(1000);
        Assert.Equal(-1, table.Find(0));
        Assert.Equal(0, table.GetOrAdd(0, out _));
        Assert.Equal(1, table.GetOrAdd(UInt128.MaxValue, out _));
        Assert.Equal(0, table.Find(0));
        Assert.Equal(1, table.Find(UInt128.MaxValue));
    }

    [Fact]
    public async Task Readers_beside_the_growing_table_find_every_published_row()
    {
        const int Keys = 400_000;
        var table = new KeyTable();
        var readers = Enumerable.Range(0, 2).Select(reader => Task.Run(() =>
        {
            var stream = RandomStream.For(2, "reader", (ulong)reader);
            int count;
            do
            {
                count = table.Count;
                for (var probe = 0; probe < 50 && count > 0; probe++)
                {
                    var row = stream.NextInt(count);
                    Assert.Equal(row, table.Find(KeyAt(row)));
                    Assert.Equal(KeyAt(row), table.KeyOf(row));
                    var ahead = table.Find(KeyAt(count + probe));
                    Assert.True(ahead == -1 || ahead == count + probe);
                }
            }
            while (count < Keys);
        }, TestContext.Current.CancellationToken)).ToArray();
        for (var row = 0; row < Keys; row++)
        {
            Assert.Equal(row, table.GetOrAdd(KeyAt(row), out _));
        }
        await Task.WhenAll(readers);
    }

    private static UInt128 KeyAt(int row) => new((ulong)row * 3, ~(ulong)row);
}
