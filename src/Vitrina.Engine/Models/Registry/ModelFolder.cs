using System.Text.Json;
using System.Text.Json.Serialization;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine.Models.Registry;

/// <summary>A model version as it comes from disk: what it is, and the model that scores.</summary>
/// <param name="Manifest">What the version is and how good it was.</param>
/// <param name="Model">The model, verified against its checksum and its manifest.</param>
public sealed record LoadedModel(ModelManifest Manifest, RankingModel Model);

/// <summary>The registry on disk: `NAME/VERSION/manifest.json` and `NAME/VERSION/model.bin` under one root folder.</summary>
/// <remarks>
/// A version appears whole or not at all (written beside, flushed, renamed) and its model never changes; only the manifest's stage does.
/// Same inputs, same bytes. Readers need no lock; writers are serialised by the data directory's single writer.
/// </remarks>
public sealed class ModelFolder
{
    private const string ManifestFile = "manifest.json";
    private const string ModelBytes = "model.bin";

    private static readonly JsonSerializerOptions ManifestJson = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        NewLine = "\n",
        RespectNullableAnnotations = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    private readonly string _root;

    /// <summary>Opens the registry under a root folder; the folder is made by the first save.</summary>
    public ModelFolder(string root)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(root);
        _root = Path.GetFullPath(root);
    }

    /// <summary>Stores a new version.</summary>
    /// <exception cref="ArgumentException">A name or version is not usable as a folder, or the manifest's features are not the model's.</exception>
    /// <exception cref="InvalidOperationException">The version exists: versions are never overwritten.</exception>
    public void Save(ModelManifest manifest, RankingModel model)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        ArgumentNullException.ThrowIfNull(model);
        if (manifest.Kind != model.Kind)
        {
            throw new ArgumentException($"The manifest of '{manifest.Name}' says '{manifest.Kind}', the model is '{model.Kind}'.", nameof(manifest));
        }

        if (!manifest.Features.Select(f => f.Name).SequenceEqual(model.Inputs.Select(input => input.Name), StringComparer.Ordinal))
        {
            throw new ArgumentException($"The manifest of '{manifest.Name}' does not list the model's features in the model's order.", nameof(manifest));
        }

        string target = FolderOf(manifest.Name, manifest.Version);
        if (Directory.Exists(target))
        {
            throw new InvalidOperationException($"Model '{manifest.Name}' already has a version '{manifest.Version}'; versions are never overwritten.");
        }

        // A dot keeps the unfinished folder out of the list; what a crash left behind is replaced.
        string unfinished = Path.Combine(_root, manifest.Name, $".{manifest.Version}.unfinished");
        if (Directory.Exists(unfinished))
        {
            Directory.Delete(unfinished, recursive: true);
        }

        Directory.CreateDirectory(unfinished);
        ModelFile.Write(Path.Combine(unfinished, ModelBytes), model);
        WriteManifest(unfinished, manifest);
        Directory.Move(unfinished, target);
        AtomicFile.SyncFolder(Path.Combine(_root, manifest.Name));
        AtomicFile.SyncFolder(_root);
    }

    /// <summary>Loads a version and verifies it.</summary>
    /// <param name="name">Name of the model.</param>
    /// <param name="version">Version within the name.</param>
    /// <param name="providedFeatures">Names of the features that serving provides.</param>
    /// <exception cref="FileNotFoundException">There is no such version.</exception>
    /// <exception cref="ModelMismatchException">The model needs features that are not provided.</exception>
    /// <exception cref="DamagedFileException">A file is truncated, changed, of a newer version, or does not belong to the other.</exception>
    public LoadedModel Load(string name, string version, IReadOnlyList<string> providedFeatures)
    {
        LoadedModel loaded = Load(name, version);
        loaded.Model.ColumnsIn(providedFeatures);
        return loaded;
    }

    /// <summary>Loads a version and verifies its files, without asking whether its features are provided.</summary>
    /// <exception cref="FileNotFoundException">There is no such version.</exception>
    /// <exception cref="DamagedFileException">A file is truncated, changed, of a newer version, or does not belong to the other.</exception>
    public LoadedModel Load(string name, string version)
    {
        string folder = FolderOf(name, version);
        ModelManifest manifest = ReadManifest(folder);
        string path = Path.Combine(folder, ModelBytes);
        if (!File.Exists(path))
        {
            throw new DamagedFileException(path, "missing beside its manifest");
        }

        RankingModel model = ModelFile.Read(path, manifest.Kind);
        if (!manifest.Features.Select(f => f.Name).SequenceEqual(model.Inputs.Select(input => input.Name), StringComparer.Ordinal))
        {
            throw new DamagedFileException(path, "does not have the features that its manifest lists");
        }

        return new LoadedModel(manifest, model);
    }

    /// <summary>Reads the bytes of a model (<c>model.bin</c>) without a manifest.</summary>
    /// <exception cref="DamagedFileException">The file is truncated, changed, of a newer version, or no model.</exception>
    public static RankingModel ReadModel(string path) => ModelFile.Read(path);

    /// <summary>Manifests of all versions, by name and then by time of making.</summary>
    /// <exception cref="DamagedFileException">A manifest is damaged.</exception>
    public IReadOnlyList<ModelManifest> List()
    {
        if (!Directory.Exists(_root))
        {
            return [];
        }

        List<ModelManifest> manifests = [];
        foreach (string model in Directory.EnumerateDirectories(_root))
        {
            foreach (string version in Directory.EnumerateDirectories(model))
            {
                if (!Path.GetFileName(version).StartsWith('.'))
                {
                    manifests.Add(ReadManifest(version));
                }
            }
        }

        return [.. manifests.OrderBy(m => m.Name, StringComparer.Ordinal).ThenBy(m => m.CreatedAt).ThenBy(m => m.Version, StringComparer.Ordinal)];
    }

    /// <summary>The newest version of a vertical's surface in a stage; null when there is none.</summary>
    public ModelManifest? Newest(string vertical, string surface, ModelStage stage)
        => List().Where(m => m.Vertical == vertical && m.Surface == surface && m.Stage == stage).MaxBy(m => (m.CreatedAt, m.Version));

    /// <summary>Moves a version to another stage; the model itself stays as it is.</summary>
    /// <returns>The manifest as stored now.</returns>
    /// <exception cref="FileNotFoundException">There is no such version.</exception>
    public ModelManifest SetStage(string name, string version, ModelStage stage)
    {
        string folder = FolderOf(name, version);
        ModelManifest manifest = ReadManifest(folder) with { Stage = stage };
        WriteManifest(folder, manifest);
        return manifest;
    }

    private static ModelManifest ReadManifest(string folder)
    {
        string path = Path.Combine(folder, ManifestFile);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no model version at '{folder}'.", path);
        }

        try
        {
            return JsonSerializer.Deserialize<ModelManifest>(File.ReadAllBytes(path), ManifestJson)
                ?? throw new DamagedFileException(path, "holds no manifest");
        }
        catch (JsonException error)
        {
            throw new DamagedFileException(path, $"not a manifest: {error.Message}");
        }
    }

    private static void WriteManifest(string folder, ModelManifest manifest)
    {
        ModelManifest ordered = manifest with { Metrics = new SortedDictionary<string, double>(manifest.Metrics.ToDictionary(), StringComparer.Ordinal) };
        string path = Path.Combine(folder, ManifestFile);
        AtomicFile.WriteAllText(path, JsonSerializer.Serialize(ordered, ManifestJson) + "\n");
    }

    private string FolderOf(string name, string version)
    {
        CheckWord(name, nameof(name));
        CheckWord(version, nameof(version));
        return Path.Combine(_root, name, version);
    }

    // Names come from requests and files: anything but plain words could leave the root folder.
    private static void CheckWord(string word, string parameter)
    {
        ArgumentException.ThrowIfNullOrEmpty(word, parameter);
        bool isWord = char.IsAsciiLetterOrDigit(word[0]);
        foreach (char c in word)
        {
            isWord &= char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '.' or '-' or '_';
        }

        if (!isWord)
        {
            throw new ArgumentException($"'{word}' is not a model name or version: lower-case letters, digits, dots, dashes, underscores.", parameter);
        }
    }
}
