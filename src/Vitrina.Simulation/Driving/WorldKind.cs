using Vitrina.Engine.Verticals;
using Vitrina.Simulation.Goods;
using Vitrina.Simulation.Jobs;
using Vitrina.Simulation.Services;

namespace Vitrina.Simulation.Driving;

/// <summary>A world that can be simulated, with its presets: files <c>worlds/NAME.yaml</c> (the default) and <c>worlds/NAME-PRESET.yaml</c>.</summary>
public sealed class WorldKind
{
    /// <summary>The preset that stands for none.</summary>
    public const string DefaultPreset = "default";

    private readonly Func<DeclarationNode, ErrorList, WorldConfiguration> _bind;

    private WorldKind(string name, Func<DeclarationNode, ErrorList, WorldConfiguration> bind) => (Name, _bind) = (name, bind);

    /// <summary>All worlds; a new one is one line here.</summary>
    public static IReadOnlyList<WorldKind> All { get; } =
    [
        Of<GoodsConfiguration>("goods"),
        Of<JobsConfiguration>("jobs"),
        Of<ServicesConfiguration>("services"),
    ];

    /// <summary>The world's name.</summary>
    public string Name { get; }

    /// <summary>The names of the presets that are shipped, the default first.</summary>
    public IReadOnlyList<string> Presets =>
    [
        DefaultPreset,
        .. Directory.EnumerateFiles(Folder, $"{Name}-*.yaml").Select(path => Path.GetFileNameWithoutExtension(path)[(Name.Length + 1)..]).Order(StringComparer.Ordinal),
    ];

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "worlds");

    /// <summary>The world of a name, or null.</summary>
    public static WorldKind? Find(string name) => All.FirstOrDefault(kind => kind.Name == name);

    /// <summary>The file of a preset, which need not exist.</summary>
    public string FileOf(string preset) => Path.Combine(Folder, preset == DefaultPreset ? $"{Name}.yaml" : $"{Name}-{preset}.yaml");

    /// <summary>Fills the world's configuration from a file's root.</summary>
    internal WorldConfiguration Bind(DeclarationNode root, ErrorList errors) => _bind(root, errors);

    private static WorldKind Of<T>(string name)
        where T : WorldConfiguration => new(name, (root, errors) => DeclarationBinder.Bind<T>(root, "", errors));
}
