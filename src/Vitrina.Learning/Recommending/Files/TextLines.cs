using Vitrina.Kernels.Files;

namespace Vitrina.Learning.Recommending.Files;

/// <summary>Lines of a text file, plain or gzip (by name), with their numbers.</summary>
internal static class TextLines
{
    /// <summary>Reads lines that are not blank.</summary>
    /// <exception cref="RecommendDataException">There is no such file, it is damaged, or it has no lines.</exception>
    public static IEnumerable<(int Number, string Text)> Read(string path)
    {
        if (!File.Exists(path))
        {
            throw new RecommendDataException($"there is no file '{path}'");
        }

        bool hasAny = false;
        using StreamReader reader = Open(path);
        for (int number = 1; Next(reader, path, number) is { } line; number++)
        {
            if (!string.IsNullOrWhiteSpace(line))
            {
                hasAny = true;
                yield return (number, line);
            }
        }

        if (!hasAny)
        {
            throw new RecommendDataException($"'{path}' has no lines");
        }
    }

    /// <summary>Opens a file for reading text.</summary>
    public static StreamReader Open(string path) => new(WholeGzipStream.OpenFile(path), System.Text.Encoding.UTF8);

    /// <summary>The file, or the same with <c>.gz</c> behind it; null when there is neither.</summary>
    public static string? Find(string path) => File.Exists(path) ? path : File.Exists(path + ".gz") ? path + ".gz" : null;

    private static string? Next(StreamReader reader, string path, int number)
    {
        try
        {
            return reader.ReadLine();
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            throw new RecommendDataException($"'{path}', line {number}: the compressed file is damaged: {error.Message}");
        }
    }
}
