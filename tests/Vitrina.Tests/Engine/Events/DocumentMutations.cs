using System.Text;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Chance;

namespace Vitrina.Tests.Engine.Events;

/// <summary>Random damage to valid documents: bytes changed, cut, doubled; values swapped for hostile ones.</summary>
internal static class DocumentMutations
{
    private static readonly string[] Hostile =
    [
        "null", "true", "-1", "1e999", "\"\"", "[]", "{}", "[[[[[[[[[[[[1]]]]]]]]]]]]", "\"\\ud800\"", "{\"a\":{\"b\":1}}", "99999999999999999999", "\"\\u0000\"", "NaN", "0.1e-400",
    ];

    public static bool IsNamed(FieldError error) => !string.IsNullOrEmpty(error.Message) && !string.IsNullOrEmpty(error.Code) && error.Field is not null;

    public static void Run(string valid, ulong seed, int rounds, Func<byte[], bool> isHandled)
    {
        var random = RandomStream.For(seed, 0);
        for (var round = 0; round < rounds; round++)
        {
            var bytes = Mutate(Encoding.UTF8.GetBytes(valid), ref random);
            Assert.True(isHandled(bytes), $"round {round}: {Convert.ToBase64String(bytes)}");
        }
    }

    private static byte[] Mutate(byte[] document, ref RandomStream random)
    {
        var bytes = document.ToList();
        for (var count = 1 + random.NextInt(3); count > 0 && bytes.Count > 0; count--)
        {
            var at = random.NextInt(bytes.Count);
            switch (random.NextInt(5))
            {
                case 0:
                    bytes[at] = (byte)random.NextInt(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(1 + random.NextInt(20), bytes.Count - at));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(1 + random.NextInt(20), bytes.Count - at)));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    Swap(bytes, at, ref random);
                    break;
            }
        }

        return [.. bytes];
    }

    // Replaces a value: what stands between a colon and the next comma.
    private static void Swap(List<byte> bytes, int from, ref RandomStream random)
    {
        var colon = bytes.IndexOf((byte)':', from);
        var comma = colon < 0 ? -1 : bytes.IndexOf((byte)',', colon);
        if (comma > 0)
        {
            bytes.RemoveRange(colon + 1, comma - colon - 1);
            bytes.InsertRange(colon + 1, Encoding.UTF8.GetBytes(Hostile[random.NextInt(Hostile.Length)]));
        }
    }
}
