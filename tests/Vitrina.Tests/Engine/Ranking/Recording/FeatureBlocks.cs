using System.Globalization;
using System.Text;
using Vitrina.Engine.Ranking.Recording;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Ranking.Recording;

internal static class FeatureBlocks
{
    public const long StartMs = 1_760_000_000_000;

    public static readonly string[] TwoNames = ["price", "bm25(title)"];

    public static FeatureBlock Block(int number, string[]? names = null, int rows = 3) => new()
    {
        RankingId = $"ranking {number}",
        AsOf = 1000 + number,
        AtMs = StartMs + (number * 10L),
        FeatureNames = names ?? TwoNames,
        Items = [.. Enumerable.Range(0, rows).Select(row => $"item {number}-{row}")],
        Positions = [.. Enumerable.Range(0, rows).Select(row => (short)(row + 1))],
        Values = [.. Enumerable.Range(0, rows * (names ?? TwoNames).Length).Select(i => number + (i / 8f))],
    };

    /// <summary>Any ranking at all: odd texts, extreme numbers, every bit pattern.</summary>
    public static FeatureBlock Any(int seed, string[] names)
    {
        var random = RandomStream.For((ulong)seed, "any block");
        var rows = random.NextInt(4) == 0 ? 0 : random.NextInt(40);
        return new FeatureBlock
        {
            RankingId = AnyText(ref random),
            AsOf = (long)random.NextUInt64(),
            AtMs = (long)random.NextUInt64(),
            FeatureNames = names,
            Items = [.. Enumerable.Range(0, rows).Select(_ => AnyText(ref random))],
            Positions = [.. Enumerable.Range(0, rows).Select(_ => (short)random.NextUInt64())],
            Values = [.. Enumerable.Range(0, rows * names.Length).Select(_ => BitConverter.UInt32BitsToSingle(AnyBits(ref random)))],
        };
    }

    /// <summary>What goods rankings look like: counts, rates, scores, constants of the request, missing values.</summary>
    public static FeatureBlock Realistic(int number, string[] names, int rows)
    {
        var random = RandomStream.For((ulong)number, "realistic block");
        var values = new float[names.Length * rows];
        for (var feature = 0; feature < names.Length; feature++)
        {
            var ofRequest = (float)random.NextInt(24);
            for (var row = 0; row < rows; row++)
            {
                var count = (int)Math.Pow(10, 4 * random.NextDouble()) - 1;
                values[(feature * rows) + row] = (feature % 6) switch
                {
                    0 => MathF.Log(1 + (count / 10)),
                    1 => (random.NextInt(1 + (count / 20)) + 2.5f) / (count + 50),
                    2 => random.NextInt(3) == 0 ? 0 : (float)(20 * random.NextDouble()),
                    3 => ofRequest,
                    4 => random.NextInt(10) < 8 ? float.NaN : MathF.Log(1 + count),
                    _ => MathF.Log(90 + (10 * count)),
                };
            }
        }

        return new FeatureBlock
        {
            RankingId = "k" + ((StartMs + (number * 37L)) << 20).ToString("x16", CultureInfo.InvariantCulture),
            AsOf = 5_000_000 + (number * 11L),
            AtMs = StartMs + (number * 37L),
            FeatureNames = names,
            Items = [.. Enumerable.Range(0, rows).Select(_ => "item-" + random.NextInt(500_000).ToString(CultureInfo.InvariantCulture))],
            Positions = [.. Enumerable.Range(0, rows).Select(row => (short)(row < 20 ? row + 1 : 0))],
            Values = values,
        };
    }

    /// <summary>All of a ranking as text, values as bits.</summary>
    public static string Text(FeatureBlock block)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{block.RankingId}|{block.AsOf}|{block.AtMs}|{string.Join(',', block.FeatureNames)}|");
        text.AppendJoin(',', block.Items).Append('|').AppendJoin(',', block.Positions).Append('|');
        foreach (var value in block.Values)
        {
            text.Append(CultureInfo.InvariantCulture, $"{BitConverter.SingleToUInt32Bits(value):x8} ");
        }

        return text.ToString();
    }

    public static string[] Texts(IEnumerable<FeatureBlock> blocks) => [.. blocks.Select(Text)];

    private static string AnyText(ref RandomStream random)
    {
        string[] parts = ["", "a", "ёж", "🦔", "\0", ",", "0", new string('x', 300)];
        return parts[random.NextInt(parts.Length)] + parts[random.NextInt(parts.Length)] + parts[random.NextInt(parts.Length)];
    }

    private static uint AnyBits(ref RandomStream random) => random.NextInt(4) switch
    {
        0 => 0x7FC00000 | (uint)random.NextInt(1 << 22),
        1 => 0xFF800001 + (uint)random.NextInt(1 << 20),
        2 => BitConverter.SingleToUInt32Bits(random.NextInt(5)),
        _ => (uint)random.NextUInt64(),
    };
}
