namespace Vitrina.Cli;

/// <summary>Files of the how-to pages that commands use too: one copy, embedded.</summary>
internal static class Resources
{
    /// <summary>The text of a file under <c>docs/how-to</c>.</summary>
    public static string Read(string name) => ReadEmbedded($"how-to/{name}");

    /// <summary>The text of any embedded file.</summary>
    public static string ReadEmbedded(string name)
    {
        using var stream = typeof(Resources).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"'{name}' is not embedded.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
