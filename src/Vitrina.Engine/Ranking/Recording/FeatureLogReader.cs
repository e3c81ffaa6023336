using Microsoft.Win32.SafeHandles;
using Vitrina.Kernels.Codecs;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Ranking.Recording;

/// <summary>Reads recorded feature vectors, also beside the process that writes them.</summary>
public static class FeatureLogReader
{
    private const int SearchBytes = 1 << 16;
    private const long LongestWaitMs = 600_000;

    /// <summary>All readable rankings of a folder, oldest file first, in file order; memory is bounded by one part.</summary>
    /// <param name="folder">The folder; an absent one holds nothing.</param>
    /// <param name="damaged">Receives one line for each damaged or unfinished part, which is skipped; null ignores them.</param>
    /// <remarks>Rankings of several surfaces written together come grouped by their feature lists, so times may fall back by a part's span.</remarks>
    /// <exception cref="IOException">A file cannot be read at all.</exception>
    public static IEnumerable<FeatureBlock> Read(string folder, Action<string>? damaged = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return ReadFiles(folder, damaged);
    }

    /// <summary>The rankings of the files in which those of a moment stand.</summary>
    /// <param name="folder">The folder; an absent one holds nothing.</param>
    /// <param name="atMs">The moment, Unix milliseconds.</param>
    /// <remarks>Cost: the one or two files of that time, not the folder.</remarks>
    public static IEnumerable<FeatureBlock> ReadAround(string folder, long atMs)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);

        // A file is named by the moment of its first write, before which its first vectors waited in the queue.
        var files = FeatureLogFormat.FilesIn(folder).ToList();
        var first = Math.Max(0, files.FindLastIndex(file => file.StartMs <= atMs));
        var parts = new FeaturePartReader();
        return files.Skip(first).TakeWhile((file, index) => index == 0 || file.StartMs <= atMs + LongestWaitMs).SelectMany(file => ReadFile(file.Path, parts, null));
    }

    private static IEnumerable<FeatureBlock> ReadFiles(string folder, Action<string>? damaged)
    {
        var parts = new FeaturePartReader();
        foreach (var (_, path) in FeatureLogFormat.FilesIn(folder))
        {
            foreach (var block in ReadFile(path, parts, damaged))
            {
                yield return block;
            }
        }
    }

    private static IEnumerable<FeatureBlock> ReadFile(string path, FeaturePartReader parts, Action<string>? damaged)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (FileNotFoundException)
        {
            // Retention took the file after the folder was listed.
            yield break;
        }

        using (handle)
        {
            // What is appended from here on belongs to the next reader.
            var length = RandomAccess.GetLength(handle);
            if (FeatureLogFormat.FaultOf(Bytes(handle, 0, (int)Math.Min(length, FeatureLogFormat.HeaderBytes))) is { } fault)
            {
                damaged?.Invoke($"{path}: {fault}; it is skipped");
                yield break;
            }

            var offset = (long)FeatureLogFormat.HeaderBytes;
            while (offset < length)
            {
                var (blocks, next, reason) = ReadPart(handle, offset, length, parts);
                if (reason is not null)
                {
                    damaged?.Invoke($"{path}: bytes {offset} to {next - 1} are skipped: {reason}");
                }

                foreach (var block in blocks)
                {
                    yield return block;
                }

                offset = next;
            }
        }
    }

    private static (FeatureBlock[] Blocks, long Next, string? Reason) ReadPart(SafeFileHandle handle, long offset, long length, FeaturePartReader parts)
    {
        var headBytes = (int)Math.Min(length - offset, FeatureLogFormat.PartHeadBytes);
        if (headBytes < FeatureLogFormat.PartHeadBytes)
        {
            return ([], length, "a part is cut short");
        }

        if (!FeatureLogFormat.TryReadPartHead(Bytes(handle, offset, headBytes), out var head))
        {
            return ([], NextPart(handle, offset + 1, length), "the head of a part is damaged");
        }

        var next = offset + headBytes + head.BodyBytes;
        if (next > length)
        {
            return ([], NextPart(handle, offset + 1, length), "a part is cut short");
        }

        var body = Bytes(handle, offset + headBytes, head.BodyBytes);
        if (body.Length < head.BodyBytes || Crc32C.Of(body) != head.BodyChecksum)
        {
            return ([], next, "a part is damaged");
        }

        try
        {
            return (parts.Read(body), next, null);
        }
        catch (CodecException failure)
        {
            return ([], next, $"a part cannot be read: {failure.Message}");
        }
    }

    /// <summary>Where the next readable head of a part is, or the file's end.</summary>
    private static long NextPart(SafeFileHandle handle, long offset, long length)
    {
        while (offset + FeatureLogFormat.PartHeadBytes <= length)
        {
            var window = Bytes(handle, offset, (int)Math.Min(length - offset, SearchBytes));
            var searched = 0;
            while (searched + FeatureLogFormat.PartHeadBytes <= window.Length)
            {
                var found = window.AsSpan(searched).IndexOf(FeatureLogFormat.PartMagic);
                if (found < 0)
                {
                    break;
                }

                searched += found;
                if (FeatureLogFormat.TryReadPartHead(window.AsSpan(searched), out _))
                {
                    return offset + searched;
                }

                // A head that the window cuts through is looked at again in the next window, which begins with it.
                if (searched + FeatureLogFormat.PartHeadBytes > window.Length)
                {
                    break;
                }

                searched++;
            }

            offset += Math.Max(searched, window.Length - FeatureLogFormat.PartHeadBytes + 1);
        }

        return length;
    }

    private static byte[] Bytes(SafeFileHandle handle, long offset, int count)
    {
        var bytes = new byte[count];
        var read = 0;
        while (read < count && RandomAccess.Read(handle, bytes.AsSpan(read), offset + read) is > 0 and var step)
        {
            read += step;
        }

        return read == count ? bytes : bytes[..read];
    }
}
