using Vitrina.Engine.Models.Factors;

namespace Vitrina.Engine;

/// <summary>Factors of groups: a published version is in the next snapshot.</summary>
public sealed partial class EngineRuntime
{
    // By name; the applier's alone. What could not be loaded is not tried again.
    private readonly Dictionary<string, (string Version, GroupFactors? Factors)> _loadedFactors = new(StringComparer.Ordinal);

    private Dictionary<string, GroupFactors> FactorsOf(CompiledVertical vertical)
    {
        var serving = new Dictionary<string, GroupFactors>(StringComparer.Ordinal);
        foreach (var name in vertical.FactorNames)
        {
            if (_state.ServingModels.GetValueOrDefault(name) is { } version && LoadFactors(name, version) is { } factors)
            {
                serving[name] = factors;
            }
        }

        return serving;
    }

    private GroupFactors? LoadFactors(string name, string version)
    {
        if (_loadedFactors.TryGetValue(name, out var known) && known.Version == version)
        {
            return known.Factors;
        }

        GroupFactors? factors = null;
        try
        {
            factors = _stores.Models.LoadFactors(name, version);
        }
        catch (IOException exception)
        {
            NoteUnusable($"factors {name}/{version}: {exception.Message}; their sources offer nothing");
        }

        _loadedFactors[name] = (version, factors);
        return factors;
    }
}
