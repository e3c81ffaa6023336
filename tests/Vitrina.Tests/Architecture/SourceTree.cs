using System.Xml.Linq;

namespace Vitrina.Tests.Architecture;

/// <summary>A file of the source tree.</summary>
/// <param name="Path">Path from the root, with forward slashes.</param>
/// <param name="Text">The content.</param>
internal sealed record SourceFile(string Path, string Text)
{
    /// <summary>The content with comments and the insides of literals blanked; lines keep their numbers.</summary>
    public string Code => field ??= SourceScanner.Blank(Text);

    public string[] Lines => Text.TrimEnd('\n').Split('\n');

    /// <summary>The folder below a folder: "Catalog" of "src/Vitrina.Engine/Catalog/Item.cs" below "src/Vitrina.Engine"; "" for its own files.</summary>
    public string FolderBelow(string root)
    {
        var rest = Path[(root.Length + 1)..];
        return rest.Contains('/', StringComparison.Ordinal) ? rest[..rest.IndexOf('/', StringComparison.Ordinal)] : "";
    }
}

/// <summary>The repository that the test binary was built from.</summary>
internal static class SourceTree
{
    private static readonly Lazy<SourceFile[]> s_code = new(() => [.. Files("*.cs")]);

    /// <summary>The folder of Vitrina.slnx; the test is skipped where there is none.</summary>
    public static string Root
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Vitrina.slnx")))
                {
                    return folder.FullName;
                }
            }

            Assert.Skip("The test binary does not stand below Vitrina.slnx: there is no source tree to look at.");
            return "";
        }
    }

    /// <summary>All C# files of src, tests and bench.</summary>
    public static IReadOnlyList<SourceFile> Code => s_code.Value;

    /// <summary>The C# files below a folder.</summary>
    public static IEnumerable<SourceFile> CodeBelow(string folder) => Code.Where(file => file.Path.StartsWith(folder + "/", StringComparison.Ordinal));

    /// <summary>Files of the repository by pattern, without build output.</summary>
    public static IEnumerable<SourceFile> Files(string pattern) => new[] { "", "src", "tests", "bench", "docs", "verticals" }
        .Select(folder => (Folder: Path.Combine(Root, folder), Search: folder.Length == 0 ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories))
        .Where(place => Directory.Exists(place.Folder))
        .SelectMany(place => Directory.EnumerateFiles(place.Folder, pattern, place.Search))
        .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
        .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
            && !path.Contains("/node_modules/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal)
        .Select(path => new SourceFile(path, File.ReadAllText(Path.Combine(Root, path))));

    /// <summary>The names of a folder's folders that hold files.</summary>
    public static string[] FoldersIn(string folder) =>
        [.. CodeBelow(folder).Select(file => file.FolderBelow(folder)).Where(name => name.Length > 0).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>A project file.</summary>
    public static XDocument Project(string name) => XDocument.Load(Path.Combine(Root, "src", name, name + ".csproj"));

    /// <summary>Fails with one line per finding and what to do about them.</summary>
    public static void RequireNone(IEnumerable<string> findings, string advice)
    {
        string[] found = [.. findings];
        Assert.True(found.Length == 0, $"{advice}\n  {string.Join("\n  ", found)}");
    }
}
