using System.Security.Cryptography;
using Vitrina.Engine.Verticals;
using Vitrina.Kernels.Files;

namespace Vitrina.Engine;

/// <summary>The layout of a data directory: one installation's files.</summary>
/// <param name="Root">The folder.</param>
public sealed record DataDirectory(string Root)
{
    /// <summary>The journal's segment files.</summary>
    public string Journal => Path.Combine(Root, "journal");

    /// <summary>Checkpoints of the statistics.</summary>
    public string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>The catalogue's database.</summary>
    public string Catalog => Path.Combine(Root, "catalog.db");

    /// <summary>The control database: jobs, API keys, finished imports.</summary>
    public string Control => Path.Combine(Root, "control.db");

    /// <summary>Model versions.</summary>
    public string Models => Path.Combine(Root, "models");

    /// <summary>Recorded feature vectors.</summary>
    public string Features => Path.Combine(Root, "features");

    /// <summary>The verticals' YAML files.</summary>
    public string Verticals => Path.Combine(Root, "verticals");

    /// <summary>Output of jobs.</summary>
    public string Jobs => Path.Combine(Root, "jobs");

    /// <summary>Graphs of vector indexes: a cache beside the catalogue.</summary>
    public string Vectors => Path.Combine(Root, "vectors");

    private string Secret => Path.Combine(Root, "secret");

    /// <summary>Makes the folders; an empty one receives the shipped vertical <c>goods</c>.</summary>
    public void Create()
    {
        foreach (var folder in new[] { Root, Journal, Checkpoints, Models, Features, Verticals, Jobs })
        {
            Directory.CreateDirectory(folder);
        }

        if (Directory.GetFiles(Verticals, "*.yaml").Length == 0)
        {
            var shipped = Path.Combine(AppContext.BaseDirectory, "verticals", "goods.yaml");
            AtomicFile.WriteAllBytes(Path.Combine(Verticals, "goods.yaml"), File.ReadAllBytes(shipped));
        }
    }

    /// <summary>The secret that signs tokens, made at the first call.</summary>
    public byte[] ReadSecret()
    {
        if (!File.Exists(Secret))
        {
            AtomicFile.WriteAllBytes(Secret, RandomNumberGenerator.GetBytes(32));
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(Secret, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            }
        }

        return File.ReadAllBytes(Secret);
    }

    /// <summary>Reads and binds all vertical files.</summary>
    /// <param name="errors">Everything that is wrong with them.</param>
    /// <returns>The verticals that could be bound, by file name.</returns>
    public IReadOnlyList<CompiledVertical> LoadVerticals(out IReadOnlyList<DeclarationError> errors)
    {
        var verticals = new Dictionary<string, CompiledVertical>(StringComparer.Ordinal);
        var found = new List<DeclarationError>();
        foreach (var file in Directory.GetFiles(Verticals, "*.yaml").Order(StringComparer.Ordinal))
        {
            var vertical = VerticalCompiler.Load(file, out var wrong);
            found.AddRange(wrong);
            if (vertical is not null && !verticals.TryAdd(vertical.Name, vertical))
            {
                found.Add(new DeclarationError(file, 1, 1, $"the vertical '{vertical.Name}' is declared by another file too"));
            }
        }

        errors = found;
        return [.. verticals.Values];
    }
}

/// <summary>Vertical files that cannot be bound stop a start.</summary>
/// <param name="errors">Everything that is wrong with them.</param>
public sealed class InvalidVerticalException(IReadOnlyList<DeclarationError> errors) : Exception(string.Join('\n', errors))
{
    /// <summary>Everything that is wrong with the files.</summary>
    public IReadOnlyList<DeclarationError> Errors { get; } = errors;
}

/// <summary>The data directory belongs to another running process.</summary>
/// <param name="directory">The directory.</param>
/// <param name="holder">The process that has it, if it said so.</param>
public sealed class DataDirectoryBusyException(string directory, Journal.LockHolder? holder)
    : Exception($"'{directory}' is in use by process {holder?.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "?"}{(holder?.Url is { } url ? $" serving {url}" : "")}")
{
    /// <summary>The process that has the directory, if it said so.</summary>
    public Journal.LockHolder? Holder { get; } = holder;
}
