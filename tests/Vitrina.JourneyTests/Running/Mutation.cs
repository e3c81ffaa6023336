using System.Text;
using Vitrina.Kernels.Chance;

namespace Vitrina.JourneyTests.Running;

/// <summary>Makes wrong bytes out of right ones.</summary>
internal static class Mutation
{
    private const int MostChanges = 5;

    private static readonly string[] s_pieces =
    [
        "\\ud800", "\\u0000", "1e999", "-0", "99999999999999999999", "null", "[]", "{}", "\"", "[[[[[[[[[[[[[[[[[[[[[[[[", "true", "\u2028", "NaN", ",", ":", "{\"a\":", "0.1e-400",
        "\"id\"", "\n", "\r", "\t", "\0", ";", "\"\"", "2026-02-30T25:61:61Z", "9999999-01-01T00:00:00Z", "../../etc/passwd", "' or 1=1 --", "\uFEFF",
    ];

    /// <summary>Changes, takes out, puts in and doubles bytes.</summary>
    public static byte[] Of(byte[] bytes, ref RandomStream random)
    {
        var mutated = bytes.ToList();
        for (var changes = 1 + random.NextInt(MostChanges); changes > 0 && mutated.Count > 0; changes--)
        {
            var at = random.NextInt(mutated.Count);
            switch (random.NextInt(7))
            {
                case 0:
                    mutated[at] = (byte)random.NextInt(256);
                    break;
                case 1:
                    mutated.RemoveRange(at, Math.Min(mutated.Count - at, 1 + random.NextInt(30)));
                    break;
                case 2:
                    mutated.InsertRange(at, Encoding.UTF8.GetBytes(s_pieces[random.NextInt(s_pieces.Length)]));
                    break;
                case 3:
                    mutated.InsertRange(at, mutated.GetRange(at, Math.Min(mutated.Count - at, 60)));
                    break;
                case 4:
                    mutated.InsertRange(at, Enumerable.Repeat((byte)('a' + random.NextInt(26)), random.NextInt(5_000)));
                    break;
                case 5:
                    mutated.RemoveRange(at, mutated.Count - at);
                    break;
                default:
                    (mutated[at], mutated[mutated.Count - 1]) = (mutated[^1], mutated[at]);
                    break;
            }
        }

        return [.. mutated];
    }

    /// <summary>Bytes without any sense.</summary>
    public static byte[] Noise(ref RandomStream random)
    {
        var bytes = new byte[random.NextInt(2_000)];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)random.NextInt(256);
        }

        return bytes;
    }

    /// <summary>Nesting that no reader should follow.</summary>
    public static byte[] Nested(int depth, string opening) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(opening, depth)));
}
