using Vitrina.Kernels.Chance;
using Vitrina.Kernels.Collections;

namespace Vitrina.Tests.Kernels.Collections;

public class SymbolTableTests
{
    [Fact]
    public void Ordinals_are_those_of_a_dictionary()
    {
        var table = new SymbolTable();
        var plain = new Dictionary<string, int>();
        var stream = RandomStream.For(1, "symbols");
        for (var step = 0; step < 30_000; step++)
        {
            var text = $"brand-{stream.NextInt(6000)}-ü";
            if (stream.NextBool(0.5))
            {
                var expected = plain.GetValueOrDefault(text, -1);
                Assert.Equal(expected, table.Find(text));
                Assert.Equal(expected, table.Find($"<{text}>".AsSpan(1, text.Length)));
            }
            else
            {
                plain.TryAdd(text, plain.Count);
                Assert.Equal(plain[text], table.GetOrAdd(text));
            }
        }
        Assert.Equal(plain.Count, table.Count);
        Assert.All(plain, pair => Assert.Equal(pair.Key, table[pair.Value]));
        Assert.Equal(-1, table.Find(""));
        Assert.Equal(plain.Count, table.GetOrAdd(""));
        Assert.Equal(plain.Count, table.Find(ReadOnlySpan<char>.Empty));
        Assert.Throws<ArgumentOutOfRangeException>(() => table[table.Count]);
        Assert.Throws<ArgumentOutOfRangeException>(() => table[-1]);
    }

    [Fact]
    public async Task Readers_beside_the_growing_table_find_every_published_string()
    {
        const int Symbols = 60_000;
        var names = Enumerable.Range(0, Symbols).Select(ordinal => $"symbol {ordinal}").ToArray();
        var table = new SymbolTable();
        var reader = Task.Run(() =>
        {
            var stream = RandomStream.For(2, "reader");
            int count;
            do
            {
                count = table.Count;
                if (count > 0)
                {
                    var ordinal = stream.NextInt(count);
                    Assert.Equal(ordinal, table.Find(names[ordinal]));
                    Assert.Equal(names[ordinal], table[ordinal]);
                }
            }
            while (count < Symbols);
        }, TestContext.Current.CancellationToken);
        foreach (var name in names)
        {
            table.GetOrAdd(name);
        }
        await reader;
    }
}
