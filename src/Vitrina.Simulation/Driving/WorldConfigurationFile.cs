using System.Text;
using Vitrina.Engine.Verticals;

namespace Vitrina.Simulation.Driving;

/// <summary>A world's YAML file as it was read: a configuration, or the list of everything that is wrong with it.</summary>
public sealed class WorldConfigurationFile
{
    private WorldConfigurationFile(WorldConfiguration? configuration, IReadOnlyList<DeclarationError> errors) => (Configuration, Errors) = (configuration, errors);

    /// <summary>The parameters; null when there are errors.</summary>
    public WorldConfiguration? Configuration { get; }

    /// <summary>All mistakes, in the order of the file; empty when it is usable.</summary>
    public IReadOnlyList<DeclarationError> Errors { get; }

    /// <summary>Reads a file. A file that cannot be read is an error in the list, never an exception.</summary>
    /// <param name="kind">The world it configures.</param>
    /// <param name="path">The file.</param>
    public static WorldConfigurationFile Load(WorldKind kind, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return Parse(kind, File.ReadAllText(path, Encoding.UTF8), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new WorldConfigurationFile(null, [new DeclarationError(path, 1, 1, $"the file cannot be read: {exception.Message}")]);
        }
    }

    /// <summary>Reads a text; keys that are not given keep their defaults.</summary>
    /// <param name="kind">The world it configures.</param>
    /// <param name="text">YAML.</param>
    /// <param name="fileName">What errors call the file.</param>
    public static WorldConfigurationFile Parse(WorldKind kind, string text, string fileName)
    {
        ArgumentNullException.ThrowIfNull(kind);
        var errors = new ErrorList();
        var root = DeclarationReader.Read(text, fileName, errors);
        if (root is null)
        {
            return new WorldConfigurationFile(null, errors.InFileOrder());
        }

        var configuration = kind.Bind(root, errors);
        if (errors.Count == 0)
        {
            AddCrossChecks(configuration, root, errors);
        }

        return new WorldConfigurationFile(errors.Count == 0 ? configuration : null, errors.InFileOrder());
    }

    // Values that are allowed alone but not together: named where the first of them stands, else where the file begins.
    private static void AddCrossChecks(WorldConfiguration configuration, DeclarationNode root, ErrorList errors)
    {
        try
        {
            configuration.Validate();
        }
        catch (WorldConfigurationException exception)
        {
            foreach (var problem in exception.Problems)
            {
                errors.Add(root.Find(problem.Field)?.Position ?? root.Position, $"'{problem.Field}' {problem.Message}");
            }
        }
    }
}
