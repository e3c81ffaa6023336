using System.CommandLine;
using Vitrina.Engine.Verticals;
using Vitrina.Simulation.Driving;

namespace Vitrina.Cli;

/// <summary>The options by which commands choose a simulated world.</summary>
internal sealed class WorldChoice
{
    /// <summary>A file of parameters.</summary>
    public Option<string?> Configuration { get; } = new("--world-config") { Description = "A world configuration file; absent: the preset's." };

    /// <summary>The name of a shipped file of parameters.</summary>
    public Option<string?> Preset { get; } = new("--preset") { Description = $"A shipped world by name, such as {WorldKind.DefaultPreset} (the default); files in worlds/." };

    /// <summary>The seed.</summary>
    public Option<ulong> Seed { get; } = new("--seed") { Description = "The world's seed.", DefaultValueFactory = _ => 1 };

    /// <summary>The factor of everything that grows with a marketplace.</summary>
    public Option<double> Scale { get; } = new("--scale") { Description = "Multiplies what grows with a marketplace: users, items, sessions, markets.", DefaultValueFactory = _ => 1 };

    /// <summary>Makes the chosen world.</summary>
    /// <exception cref="UsageException">There is no such world, preset or file, or two are named.</exception>
    /// <exception cref="DeclarationFileException">The file has mistakes.</exception>
    public IWorld Make(ParseResult parsed, string world, DateOnly endDate, int threads) =>
        Parameters(KindOf(world), parsed.GetValue(Configuration), parsed.GetValue(Preset)).Scaled(parsed.GetValue(Scale)).Create(parsed.GetValue(Seed), endDate, threads);

    /// <summary>The world of a name.</summary>
    /// <exception cref="UsageException">There is no such world.</exception>
    public static WorldKind KindOf(string world) => WorldKind.Find(world) ?? throw Unknown("world", world, [.. WorldKind.All.Select(kind => kind.Name)]);

    /// <summary>The parameters in a file, or of a preset.</summary>
    /// <exception cref="UsageException">There is no such preset or file, or both are named.</exception>
    /// <exception cref="DeclarationFileException">The file has mistakes.</exception>
    public static WorldConfiguration Parameters(WorldKind kind, string? path, string? preset)
    {
        if (path is not null && preset is not null)
        {
            throw new UsageException("--world-config and --preset name two worlds; give one of them");
        }

        if (path is not null && !File.Exists(path))
        {
            throw new UsageException($"there is no file '{path}'");
        }

        if (preset is not null && !kind.Presets.Contains(preset))
        {
            throw Unknown($"preset of {kind.Name}", preset, kind.Presets);
        }

        var file = WorldConfigurationFile.Load(kind, path ?? kind.FileOf(preset ?? WorldKind.DefaultPreset));
        return file.Configuration ?? throw new DeclarationFileException(file.Errors);
    }

    /// <summary>The refusal of a name that does not exist.</summary>
    public static UsageException Unknown(string what, string wrong, IReadOnlyList<string> known)
    {
        var nearest = NearestName.Find(wrong, known);
        return new UsageException($"there is no {what} '{wrong}'; {(nearest is null ? $"there are {string.Join(", ", known)}" : $"did you mean '{nearest}'?")}");
    }
}
