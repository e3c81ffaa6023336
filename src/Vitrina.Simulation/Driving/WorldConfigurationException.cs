namespace Vitrina.Simulation.Driving;

/// <summary>A field of a world configuration that cannot be.</summary>
/// <param name="Field">The field's name as in the file.</param>
/// <param name="Message">What is wrong with it.</param>
public sealed record WorldConfigurationProblem(string Field, string Message);

/// <summary>A world configuration was refused.</summary>
public sealed class WorldConfigurationException : Exception
{
    /// <summary>Names every problem in the message.</summary>
    /// <param name="problems">At least one.</param>
    public WorldConfigurationException(IReadOnlyList<WorldConfigurationProblem> problems)
        : base("The world configuration is not usable: " + string.Join("; ", problems.Select(problem => $"{problem.Field} {problem.Message}")))
    {
        Problems = problems;
    }

    /// <summary>All that is wrong.</summary>
    public IReadOnlyList<WorldConfigurationProblem> Problems { get; }
}
