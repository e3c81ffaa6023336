using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Vitrina.Engine.Catalog;

namespace Vitrina.Cli.Importing;

/// <summary>Remembers files that were imported whole, by their content: events are known by id only within the dedupe horizon, files for ever.</summary>
internal sealed class FinishedImports(IControlStore control, string mapping)
{
    private const string Collection = "imports";
    private readonly Dictionary<string, string> _hashes = new(StringComparer.Ordinal);

    /// <summary>When the same content was imported by the same mapping before, or null.</summary>
    public DateTimeOffset? Find(ImportSource source) =>
        control.Find(Collection, KeyOf(source)) is { } json ? JsonNode.Parse(json)!["at"]!.GetValue<DateTimeOffset>() : null;

    /// <summary>Notes that a file was imported to its end.</summary>
    public void Add(ImportSource source, DateTimeOffset at) =>
        control.Put(Collection, KeyOf(source), JsonSerializer.Serialize(new { file = source.Path, kind = source.Kind.ToString(), at }));

    private string KeyOf(ImportSource source)
    {
        if (!_hashes.TryGetValue(source.Path, out var hash))
        {
            using var stream = File.OpenRead(source.Path);
            _hashes[source.Path] = hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        }

        var reading = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{source.Kind}/{source.Vertical}/{mapping}")));
        return $"{hash}/{source.Kind}/{reading[..16]}";
    }
}
