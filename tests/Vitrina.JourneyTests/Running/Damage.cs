using Vitrina.Kernels.Chance;

namespace Vitrina.JourneyTests.Running;

/// <summary>Does to files what failing disks do.</summary>
internal static class Damage
{
    /// <summary>The newest file of a kind, by name.</summary>
    public static string Newest(string folder, string pattern) => Directory.GetFiles(folder, pattern).Max(StringComparer.Ordinal)
        ?? throw new FileNotFoundException($"{folder} holds no {pattern}");

    /// <summary>Changes one byte.</summary>
    public static void Flip(string path, long offset)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 0x5A));
    }

    /// <summary>Takes bytes from the end.</summary>
    public static void Cut(string path, int bytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.SetLength(Math.Max(0, file.Length - bytes));
    }

    /// <summary>Appends bytes that mean nothing: a write that was torn.</summary>
    public static void Append(string path, int bytes, ref RandomStream random)
    {
        using var file = new FileStream(path, FileMode.Append, FileAccess.Write);
        for (var i = 0; i < bytes; i++)
        {
            file.WriteByte((byte)random.NextInt(256));
        }
    }
}
