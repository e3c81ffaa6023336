using System.IO.Enumeration;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Importing;

/// <summary>Finds out which files an import reads, and as what.</summary>
internal static class ImportPlan
{
    private static readonly (string Name, ImportKind Kind)[] Canonical =
    [
        ("items", ImportKind.Items), ("sellers", ImportKind.Sellers), ("users", ImportKind.Users), ("features", ImportKind.Features),
        ("rankings", ImportKind.Rankings), ("events", ImportKind.Events),
    ];

    /// <summary>The files in Vitrina's own form at a path: a folder's items.jsonl, events.jsonl.gz and so on, or one such file.</summary>
    /// <param name="path">A folder or a file.</param>
    /// <param name="vertical">The vertical of records that do not say their own.</param>
    /// <returns>Empty when there is none.</returns>
    public static IReadOnlyList<ImportSource> OfCanonical(string path, string? vertical)
    {
        var files = Directory.Exists(path) ? Directory.EnumerateFiles(path) : File.Exists(path) ? [path] : [];
        var sources = new List<ImportSource>();
        foreach (var file in files.Order(StringComparer.Ordinal))
        {
            var name = Unpacked(Path.GetFileName(file));
            foreach (var (canonical, kind) in Canonical)
            {
                if (name.Equals(canonical + ".jsonl", StringComparison.OrdinalIgnoreCase))
                {
                    sources.Add(new ImportSource { Path = file, Kind = kind, Format = ImportFormat.Jsonl, Vertical = vertical });
                }
            }
        }

        return sources;
    }

    /// <summary>The files that a mapping names.</summary>
    /// <param name="mappingFile">The mapping file.</param>
    /// <param name="path">The imported folder, or the one file that stands for all files of the mapping.</param>
    /// <param name="verticals">Where attributes are declared.</param>
    /// <param name="errors">Receives the mistakes of the mapping, and files that do not exist.</param>
    public static IReadOnlyList<ImportSource> OfMapping(string mappingFile, string path, DocumentVerticals verticals, ErrorList errors)
    {
        string text;
        try
        {
            text = File.ReadAllText(mappingFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            errors.Add(new SourcePosition(mappingFile, 1, 1), $"the file cannot be read: {exception.Message}");
            return [];
        }

        return Parse(text, mappingFile, path, verticals, errors);
    }

    /// <summary>The files that a mapping's text names.</summary>
    public static IReadOnlyList<ImportSource> Parse(string text, string fileName, string path, DocumentVerticals verticals, ErrorList errors)
    {
        if (DeclarationReader.Read(text, fileName, errors) is not { } root)
        {
            return [];
        }

        var mapping = DeclarationBinder.Bind<ImportMapping>(root, "", errors);
        if (mapping.Vertical is { } vertical && !verticals.TryGet(vertical, out _, out _))
        {
            var position = root.Find("vertical")?.Position ?? mapping.Position;
            errors.Add(
                position, $"there is no vertical '{vertical}'; verticals are {string.Join(", ", verticals.Names)}", NearestName.Find(vertical, verticals.Names));
        }

        var sources = new List<ImportSource>();
        foreach (var declaration in mapping.Files)
        {
            var rows = RowMapping.Check(declaration, mapping.Vertical, verticals, errors);
            var files = FilesOf(declaration.Path, path);
            if (files.Count == 0)
            {
                errors.Add(declaration.Position, $"no file fits '{declaration.Path}' in {path}");
            }

            foreach (var file in files)
            {
                var format = declaration.Format ?? FormatOf(file);
                if (format is null)
                {
                    errors.Add(declaration.Position, $"the format of {Path.GetFileName(file)} is not clear from its name; say format: csv, tsv, jsonl or json");
                    continue;
                }

                sources.Add(new ImportSource
                {
                    Path = file,
                    Kind = declaration.Kind,
                    Format = format.Value,
                    Vertical = mapping.Vertical,
                    Table = declaration.Table,
                    Mapping = rows,
                });
            }
        }

        return sources;
    }

    private static List<string> FilesOf(string pattern, string path)
    {
        if (File.Exists(path))
        {
            return [path];
        }

        var folder = Path.GetFullPath(path);
        if (!pattern.AsSpan().ContainsAny("*?"))
        {
            var file = Path.Combine(folder, pattern);
            return File.Exists(file) ? [file] : [];
        }

        var parent = Path.Combine(folder, Path.GetDirectoryName(pattern) ?? "");
        var name = Path.GetFileName(pattern);
        return Directory.Exists(parent)
            ? [.. Directory.EnumerateFiles(parent).Where(file => FileSystemName.MatchesSimpleExpression(name, Path.GetFileName(file), ignoreCase: false)).Order(StringComparer.Ordinal)]
            : [];
    }

    private static ImportFormat? FormatOf(string file) => Path.GetExtension(Unpacked(file)).ToUpperInvariant() switch
    {
        ".CSV" => ImportFormat.Csv,
        ".TSV" or ".TAB" => ImportFormat.Tsv,
        ".JSONL" or ".NDJSON" => ImportFormat.Jsonl,
        ".JSON" => ImportFormat.Json,
        _ => null,
    };

    private static string Unpacked(string file) => file.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? file[..^3] : file;
}
