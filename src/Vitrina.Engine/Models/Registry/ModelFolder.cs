using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Vitrina.Engine.Models.Embeddings;
using Vitrina.Engine.Models.Factors;
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
    private const string EvaluationFile = "evaluation.json";

    /// <summary>The kind of versions that hold an encoder instead of a ranking model.</summary>
    public const string EncoderKind = "dssm";

    /// <summary>The kind of versions that hold factors and links of groups.</summary>
    public const string FactorsKind = "factors";

    /// <summary>True for kinds that find candidates, which a ranking model then orders: they have no features, and gates, which compare orders, do not ask them.</summary>
    public static bool FindsCandidates(string kind) => kind is EncoderKind or FactorsKind;

    // Besides the manifest: what a version consists of elsewhere too.
    private static readonly string[] TravellingFiles = [ModelBytes, EvaluationFile];

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

        Save(manifest, path => ModelFile.Write(path, model));
    }

    /// <summary>Stores a new version of an encoder: a manifest of kind <see cref="EncoderKind"/> without features.</summary>
    /// <exception cref="ArgumentException">A name or version is not usable as a folder, or the manifest is not an encoder's.</exception>
    /// <exception cref="InvalidOperationException">The version exists: versions are never overwritten.</exception>
    public void Save(ModelManifest manifest, DssmEncoder encoder)
    {
        ArgumentNullException.ThrowIfNull(encoder);
        RequireKind(manifest, EncoderKind);
        Save(manifest, path => DssmFile.Write(path, encoder));
    }

    /// <summary>Stores a new version of factors and links: a manifest of kind <see cref="FactorsKind"/> without features.</summary>
    /// <inheritdoc cref="Save(ModelManifest, DssmEncoder)"/>
    public void Save(ModelManifest manifest, GroupFactors factors)
    {
        ArgumentNullException.ThrowIfNull(factors);
        RequireKind(manifest, FactorsKind);
        Save(manifest, path => GroupFactorsFile.Write(path, factors));
    }

    private static void RequireKind(ModelManifest manifest, string kind)
    {
        ArgumentNullException.ThrowIfNull(manifest);
        if (manifest.Kind != kind || manifest.Features.Count > 0)
        {
            throw new ArgumentException($"The manifest of '{manifest.Name}' does not fit: its kind must be '{kind}', and it has no features.", nameof(manifest));
        }
    }

    private void Save(ModelManifest manifest, Action<string> write)
    {
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
        write(Path.Combine(unfinished, ModelBytes));
        WriteManifest(unfinished, manifest with { Checksum = ChecksumOf(Path.Combine(unfinished, ModelBytes)) });
        Publish(unfinished, manifest.Name, target);
    }

    private void Publish(string unfinished, string name, string target)
    {
        Directory.Move(unfinished, target);
        AtomicFile.SyncFolder(Path.Combine(_root, name));
        AtomicFile.SyncFolder(_root);
    }

    private static string ChecksumOf(string path)
    {
        using FileStream stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
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
    public LoadedModel Load(string name, string version) => Read(FolderOf(name, version));

    /// <summary>Loads a version of an encoder and verifies it.</summary>
    /// <exception cref="FileNotFoundException">There is no such version.</exception>
    /// <exception cref="DamagedFileException">A file is truncated, changed, of a newer version, or no encoder.</exception>
    public DssmEncoder LoadEncoder(string name, string version) => Load(name, version, EncoderKind, DssmFile.Read);

    /// <summary>Loads a version of factors and links and verifies it.</summary>
    /// <exception cref="FileNotFoundException">There is no such version.</exception>
    /// <exception cref="DamagedFileException">A file is truncated, changed, of a newer version, or no factors.</exception>
    public GroupFactors LoadFactors(string name, string version) => Load(name, version, FactorsKind, GroupFactorsFile.Read);

    private T Load<T>(string name, string version, string kind, Func<string, T> read)
    {
        string folder = FolderOf(name, version);
        ModelManifest manifest = ReadManifest(folder);
        return manifest.Kind == kind
            ? Read(folder, manifest, read)
            : throw new DamagedFileException(Path.Combine(folder, ModelBytes), $"holds a model of kind '{manifest.Kind}', not of kind '{kind}'");
    }

    private static LoadedModel Read(string folder)
    {
        ModelManifest manifest = ReadManifest(folder);
        RankingModel model = Read(folder, manifest, path => ModelFile.Read(path, manifest.Kind));
        if (!manifest.Features.Select(f => f.Name).SequenceEqual(model.Inputs.Select(input => input.Name), StringComparer.Ordinal))
        {
            throw new DamagedFileException(Path.Combine(folder, ModelBytes), "does not have the features that its manifest lists");
        }

        return new LoadedModel(manifest, model);
    }

    private static void Verify(string folder, ModelManifest manifest)
    {
        switch (manifest.Kind)
        {
            case EncoderKind:
                Read(folder, manifest, DssmFile.Read);
                break;
            case FactorsKind:
                Read(folder, manifest, GroupFactorsFile.Read);
                break;
            default:
                Read(folder);
                break;
        }
    }

    private static T Read<T>(string folder, ModelManifest manifest, Func<string, T> read)
    {
        string path = Path.Combine(folder, ModelBytes);
        if (!File.Exists(path))
        {
            throw new DamagedFileException(path, "missing beside its manifest");
        }

        T model = read(path);
        if (manifest.Checksum is { } checksum && checksum != ChecksumOf(path))
        {
            throw new DamagedFileException(path, "is not the file that its manifest was written for: the checksums differ");
        }

        return model;
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
        foreach (string model in Directory.EnumerateDirectories(_root).Where(folder => !Path.GetFileName(folder).StartsWith('.')))
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

    /// <summary>Changes what a version's manifest says; the model itself stays as it is.</summary>
    /// <returns>The manifest as stored now.</returns>
    /// <exception cref="FileNotFoundException">There is no such version.</exception>
    public ModelManifest Change(string name, string version, Func<ModelManifest, ModelManifest> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        string folder = FolderOf(name, version);
        ModelManifest manifest = change(ReadManifest(folder));
        WriteManifest(folder, manifest);
        return manifest;
    }

    /// <summary>The manifest of a version, or null when there is none.</summary>
    /// <exception cref="DamagedFileException">It is damaged.</exception>
    public ModelManifest? Find(string name, string version)
    {
        string folder = FolderOf(name, version);
        return File.Exists(Path.Combine(folder, ManifestFile)) ? ReadManifest(folder) : null;
    }

    /// <summary>Stores how a version did on later lists; replaces an earlier evaluation.</summary>
    /// <exception cref="FileNotFoundException">There is no such version.</exception>
    public void SaveEvaluation(string name, string version, ModelEvaluation evaluation)
    {
        string folder = FolderOf(name, version);
        ReadManifest(folder);
        AtomicFile.WriteAllText(Path.Combine(folder, EvaluationFile), JsonSerializer.Serialize(evaluation, ManifestJson) + "\n");
    }

    /// <summary>How a version did on later lists, or null when it was not evaluated.</summary>
    /// <exception cref="DamagedFileException">The file is damaged.</exception>
    public ModelEvaluation? FindEvaluation(string name, string version)
    {
        string path = Path.Combine(FolderOf(name, version), EvaluationFile);
        return File.Exists(path) ? ReadJson<ModelEvaluation>(path, "evaluation") : null;
    }

    /// <summary>The files of a version as they travel to another registry: what belongs to this installation (stage, publications) is left out.</summary>
    /// <exception cref="FileNotFoundException">There is no such version.</exception>
    public IReadOnlyDictionary<string, byte[]> Export(string name, string version)
    {
        string folder = FolderOf(name, version);
        ModelManifest manifest = ReadManifest(folder) with { Stage = ModelStage.Candidate, Publications = null, IsRolledBack = false };
        SortedDictionary<string, byte[]> files = new(StringComparer.Ordinal) { [ManifestFile] = Encoding.UTF8.GetBytes(TextOf(manifest)) };
        foreach (string file in TravellingFiles.Where(file => File.Exists(Path.Combine(folder, file))))
        {
            files[file] = File.ReadAllBytes(Path.Combine(folder, file));
        }

        return files;
    }

    /// <summary>Takes in a version that <see cref="Export"/> gave, byte for byte, and verifies it.</summary>
    /// <param name="files">Contents by file name; names that a version does not have are refused.</param>
    /// <returns>The manifest.</returns>
    /// <exception cref="DamagedFileException">A file is missing, damaged or does not belong to the others.</exception>
    /// <exception cref="InvalidOperationException">The version exists: versions are never overwritten.</exception>
    public ModelManifest Import(IReadOnlyDictionary<string, byte[]> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        if (files.Keys.FirstOrDefault(file => file != ManifestFile && !TravellingFiles.Contains(file)) is { } stranger)
        {
            throw new DamagedFileException(stranger, "is no file of a model version");
        }

        string incoming = Path.Combine(_root, $".incoming-{Environment.ProcessId}");
        Directory.CreateDirectory(incoming);
        try
        {
            foreach ((string file, byte[] bytes) in files)
            {
                AtomicFile.WriteAllBytes(Path.Combine(incoming, file), bytes);
            }

            ModelManifest manifest = ReadManifest(incoming);
            Verify(incoming, manifest);

            string target = FolderOf(manifest.Name, manifest.Version);
            if (Directory.Exists(target))
            {
                throw new InvalidOperationException($"Model '{manifest.Name}' already has a version '{manifest.Version}'; versions are never overwritten.");
            }

            Directory.CreateDirectory(Path.Combine(_root, manifest.Name));
            Publish(incoming, manifest.Name, target);
            return manifest;
        }
        finally
        {
            if (Directory.Exists(incoming))
            {
                Directory.Delete(incoming, recursive: true);
            }
        }
    }

    private static ModelManifest ReadManifest(string folder)
    {
        string path = Path.Combine(folder, ManifestFile);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no model version at '{folder}'.", path);
        }

        ModelManifest manifest = ReadJson<ModelManifest>(path, "manifest");
        return manifest.Calibration?.FindMistake() is { } mistake ? throw new DamagedFileException(path, mistake) : manifest;
    }

    private static T ReadJson<T>(string path, string what)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(File.ReadAllBytes(path), ManifestJson) ?? throw new DamagedFileException(path, $"holds no {what}");
        }
        catch (JsonException error)
        {
            throw new DamagedFileException(path, $"not a{(what[0] == 'e' ? "n" : "")} {what}: {error.Message}");
        }
    }

    private static void WriteManifest(string folder, ModelManifest manifest) => AtomicFile.WriteAllText(Path.Combine(folder, ManifestFile), TextOf(manifest));

    private static string TextOf(ModelManifest manifest)
    {
        ModelManifest ordered = manifest with { Metrics = new SortedDictionary<string, double>(manifest.Metrics.ToDictionary(), StringComparer.Ordinal) };
        return JsonSerializer.Serialize(ordered, ManifestJson) + "\n";
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
