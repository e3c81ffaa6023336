using System.Collections;
using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;

namespace Vitrina.Simulation.Driving;

/// <summary>Every parameter of a simulated world: the init properties that have a description; numbers have a range too.</summary>
/// <remarks>Nothing in the engine may read it: it holds the truth. Two worlds with equal configuration, seed and end date are the same bytes.</remarks>
public abstract record WorldConfiguration
{
    /// <summary>The world's name, as on the command line.</summary>
    public abstract string World { get; }

    /// <summary>The same world with more of everything that grows with a marketplace.</summary>
    /// <param name="scale">A factor above 0.</param>
    /// <exception cref="WorldConfigurationException">The scale is not a positive number.</exception>
    public abstract WorldConfiguration Scaled(double scale);

    /// <summary>Makes the world.</summary>
    /// <param name="seed">Any number; equal seeds give equal worlds.</param>
    /// <param name="endDate">The day after the last day of history: callers pass today.</param>
    /// <param name="threads">Threads to use; at least 1.</param>
    /// <exception cref="WorldConfigurationException">A parameter cannot be.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No threads, or an end date without room for the history.</exception>
    public abstract IWorld Create(ulong seed, DateOnly endDate, int threads = 1);

    /// <summary>Refuses values no world can have.</summary>
    /// <exception cref="WorldConfigurationException">Names every wrong field at once.</exception>
    public void Validate()
    {
        var problems = new List<WorldConfigurationProblem>();
        foreach (var property in Parameters().Where(property => property.IsDefined(typeof(RangeAttribute))))
        {
            var range = property.GetCustomAttribute<RangeAttribute>()!;
            var value = property.GetValue(this)!;
            if (value is double number && !double.IsFinite(number) || !range.IsValid(value))
            {
                problems.Add(new WorldConfigurationProblem(Camel(property.Name), string.Create(CultureInfo.InvariantCulture, $"is {value}, must be from {range.Minimum} to {range.Maximum}")));
            }
        }

        AddCrossChecks(problems);
        if (problems.Count > 0)
        {
            throw new WorldConfigurationException(problems);
        }
    }

    /// <summary>Writes the configuration as YAML: one line per parameter, with its description above it when asked for.</summary>
    /// <param name="withDescriptions">Whether each parameter is preceded by a comment.</param>
    public string ToYaml(bool withDescriptions = true)
    {
        var text = new StringBuilder();
        foreach (var property in Parameters())
        {
            if (withDescriptions)
            {
                text.Append("# ").Append(property.GetCustomAttribute<DescriptionAttribute>()!.Description).Append('\n');
            }

            text.Append(CultureInfo.InvariantCulture, $"{Camel(property.Name)}: {Scalar(property.GetValue(this))}\n");
        }

        return text.ToString();
    }

    /// <summary>Adds what no world can have although each value alone is in its range.</summary>
    private protected abstract void AddCrossChecks(ICollection<WorldConfigurationProblem> problems);

    /// <summary>A count times a scale, at least 1.</summary>
    private protected static int Times(int count, double scale) => (int)Math.Clamp(Math.Round(count * scale), 1, int.MaxValue);

    /// <summary>Refuses a scale that is not a positive number.</summary>
    private protected static void RequireScale(double scale)
    {
        if (!(scale > 0) || !double.IsFinite(scale))
        {
            throw new WorldConfigurationException([new WorldConfigurationProblem("scale", "must be a positive number")]);
        }
    }

    private IEnumerable<PropertyInfo> Parameters() =>
        GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.IsDefined(typeof(DescriptionAttribute)))
            .OrderBy(property => property.MetadataToken);

    private static string Camel(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);

    private static string Scalar(object? value) => value switch
    {
        bool isOn => isOn ? "true" : "false",
        Enum choice => Camel(choice.ToString()),
        string text => text,
        IEnumerable list => $"[{string.Join(", ", list.Cast<object?>().Select(Scalar))}]",
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };
}
