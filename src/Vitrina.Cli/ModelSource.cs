using Vitrina.Engine;
using Vitrina.Engine.Models;
using Vitrina.Engine.Models.Registry;
using Vitrina.Engine.Models.Trees;
using Vitrina.Engine.Models.Trees.Importing;

namespace Vitrina.Cli;

/// <summary>Opens the model that a person names: a file of LightGBM or XGBoost, a model file or folder of ours, or a version in the registry.</summary>
internal static class ModelSource
{
    /// <summary>Opens a model.</summary>
    /// <param name="source">A file, a version's folder, <c>name/version</c>, or a name, which means its newest version.</param>
    /// <param name="data">The data directory whose registry has the names.</param>
    /// <exception cref="UsageException">There is no such file and no such version.</exception>
    public static RankingModel Open(string source, string data)
    {
        if (File.Exists(source))
        {
            return OpenFile(source);
        }

        if (Directory.Exists(source) && File.Exists(Path.Combine(source, "manifest.json")))
        {
            var folder = new DirectoryInfo(source);
            return new ModelFolder(folder.Parent!.Parent!.FullName).Load(folder.Parent.Name, folder.Name).Model;
        }

        var registry = new ModelFolder(new DataDirectory(Path.GetFullPath(data)).Models);
        var manifests = registry.List();
        var found = manifests.FirstOrDefault(manifest => manifest.Id == source)
            ?? manifests.Where(manifest => manifest.Name == source).MaxBy(manifest => (manifest.CreatedAt, manifest.Version))
            ?? throw new UsageException($"'{source}' is neither a file nor a model version; there are {(manifests.Count == 0 ? "no versions yet" : string.Join(", ", manifests.Select(manifest => manifest.Id)))}");
        return registry.Load(found.Name, found.Version).Model;
    }

    private static RankingModel OpenFile(string path)
    {
        Span<byte> start = stackalloc byte[4];
        using (var file = File.OpenRead(path))
        {
            start = start[..file.ReadAtLeast(start, 4, throwOnEndOfStream: false)];
        }

        return start.StartsWith("{"u8) ? new TreeModel(XgboostFile.Read(path).Ensemble)
            : start.SequenceEqual("tree"u8) ? new TreeModel(LightGbmFile.Read(path).Ensemble)
            : ModelFolder.ReadModel(path);
    }
}
