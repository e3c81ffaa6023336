using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Experiments;

/// <summary>An experiment's document: its declaration, and its text as the journal keeps it.</summary>
public sealed class ExperimentDocument
{
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private ExperimentDocument(DeclarationNode root, ExperimentDeclaration declaration, string json) => (Root, Declaration, Json) = (root, declaration, json);

    /// <summary>What it says.</summary>
    public ExperimentDeclaration Declaration { get; }

    /// <summary>The document as JSON.</summary>
    public string Json { get; }

    /// <summary>The document as it was written.</summary>
    internal DeclarationNode Root { get; }

    /// <summary>Reads a document written as YAML or JSON.</summary>
    /// <param name="text">The document.</param>
    /// <param name="fileName">What positions call it.</param>
    /// <param name="errors">Receives the mistakes.</param>
    /// <returns>The document, or null.</returns>
    public static ExperimentDocument? Parse(string text, string fileName, ErrorList errors)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(errors);
        return DeclarationReader.Read(text, fileName, errors) is { } root && errors.Count == 0 ? Bind(root, errors) : null;
    }

    /// <summary>Reads a document given as JSON.</summary>
    /// <exception cref="InvalidOperationException">A text is no valid Unicode.</exception>
    public static ExperimentDocument? Read(JsonElement json, ErrorList errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return Bind(DeclarationJson.Read(json), errors);
    }

    private static ExperimentDocument? Bind(DeclarationNode root, ErrorList errors)
    {
        var before = errors.Count;
        var declaration = DeclarationBinder.Bind<ExperimentDeclaration>(root, "", errors);
        if (errors.Count > before)
        {
            return null;
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Compact))
        {
            DeclarationJson.Write(json, root);
        }

        return new ExperimentDocument(root, declaration, Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
    }

    /// <summary>What differs between two versions, a line per field: <c>traffic: 0.1 → 0.5</c>.</summary>
    public static IReadOnlyList<string> Changes(ExperimentDocument before, ExperimentDocument after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var changes = new List<string>();
        Compare("", before.Root, after.Root, changes);
        return changes;
    }

    private static void Compare(string path, DeclarationNode? before, DeclarationNode? after, List<string> changes)
    {
        if (before?.Kind == DeclarationNodeKind.Map && after?.Kind == DeclarationNodeKind.Map)
        {
            foreach (var key in before.Entries.Select(entry => entry.Key).Union(after.Entries.Select(entry => entry.Key)))
            {
                Compare(path.Length == 0 ? key : $"{path}.{key}", before.Find(key), after.Find(key), changes);
            }
        }
        else if (before?.Kind == DeclarationNodeKind.List && after?.Kind == DeclarationNodeKind.List && before.Elements.Count == after.Elements.Count)
        {
            for (var i = 0; i < before.Elements.Count; i++)
            {
                Compare($"{path}[{i}]", before.Elements[i], after.Elements[i], changes);
            }
        }
        else
        {
            var (old, now) = (TextOf(before), TextOf(after));
            if (old != now)
            {
                changes.Add($"{path}: {old} → {now}");
            }
        }
    }

    private static string TextOf(DeclarationNode? node)
    {
        if (node is null)
        {
            return "absent";
        }

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream, Compact))
        {
            DeclarationJson.Write(json, node);
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
