using System.Globalization;
using Vitrina.Engine.Verticals;

namespace Vitrina.Engine.Experiments;

/// <summary>What a design refers to.</summary>
public sealed record ExperimentSurroundings
{
    /// <summary>The verticals by name.</summary>
    public required IReadOnlyDictionary<string, VerticalDeclaration> Verticals { get; init; }

    /// <summary>The names of each vertical's features.</summary>
    public required Func<string, IReadOnlyList<string>> FeaturesOf { get; init; }

    /// <summary>Models by name, and each version as <c>name/version</c>.</summary>
    public required IReadOnlyCollection<string> Models { get; init; }

    /// <summary>All experiments that there are.</summary>
    public IReadOnlyList<Experiment> Experiments { get; init; } = [];
}

/// <summary>Checks a design against itself, its vertical and the other experiments; every mistake names its field.</summary>
internal sealed class ExperimentChecker(ExperimentDocument document, ExperimentSurroundings surroundings, ErrorList errors)
{
    private const int MostArms = 10;
    private readonly ExperimentDeclaration _design = document.Declaration;

    /// <summary>Adds every mistake to the list.</summary>
    public void Check()
    {
        CheckArms();
        CheckKind();
        CheckTraits();
        CheckLayer();
        if (Find(surroundings.Verticals, _design.Vertical, "vertical") is { } vertical)
        {
            CheckSchedule(vertical);
            CheckReferences(vertical);
        }
        else if (_design.Schedule is not null)
        {
            CheckSchedule(null);
        }

        CheckOthers();
    }

    private void Add(string field, string message, string? suggestion = null)
    {
        var node = document.Root;
        foreach (var part in field.Split('.'))
        {
            var bracket = part.IndexOf('[', StringComparison.Ordinal);
            var next = node.Find(bracket < 0 ? part : part[..bracket]);
            if (next is not null && bracket >= 0)
            {
                var index = int.Parse(part.AsSpan(bracket + 1, part.Length - bracket - 2), CultureInfo.InvariantCulture);
                next = index < next.Elements.Count ? next.Elements[index] : next;
            }

            if (next is null)
            {
                break;
            }

            node = next;
        }

        errors.Add(node.Position, $"'{field}' {message}", suggestion, field);
    }

    private T? Find<T>(IReadOnlyDictionary<string, T> known, string name, string field)
        where T : class
    {
        if (known.TryGetValue(name, out var found))
        {
            return found;
        }

        Add(field, $"is '{name}'; there {(known.Count == 0 ? "is none" : $"are {string.Join(", ", known.Keys)}")}", NearestName.Find(name, known.Keys));
        return null;
    }

    private void CheckArms()
    {
        var arms = _design.Arms;
        if (arms.Count < 2 || arms.Count > MostArms)
        {
            Add("arms", string.Create(CultureInfo.InvariantCulture, $"has {arms.Count} entries; an experiment has 2 to {MostArms} arms"));
        }

        for (var i = 0; i < arms.Count; i++)
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"arms[{i}]");
            if (arms.Take(i).Any(other => other.Name == arms[i].Name))
            {
                Add($"{field}.name", $"is '{arms[i].Name}', as another arm; names of arms differ");
            }

            if (arms[i].Weight <= 0)
            {
                Add($"{field}.weight", "is 0: an arm without traffic has nothing to compare; leave the arm out");
            }

            if (arms[i].ChangesCandidates && _design.Exposure == ExposureRule.Differs)
            {
                Add("exposure", $"is 'differs', but arm '{arms[i].Name}' has candidates or a page size of its own, so that pages cannot be compared; use assigned");
            }
        }

        var total = arms.Sum(arm => arm.Weight);
        if (arms.Count > 1 && Math.Abs(total - 1) > 1e-6)
        {
            Add("arms", string.Create(CultureInfo.InvariantCulture, $"have weights that add up to {total:0.######}; they must add up to 1"));
        }

        if (_design.Traffic <= 0)
        {
            Add("traffic", "is 0: no arm would have any units");
        }
    }

    private void CheckKind()
    {
        var isSwitchback = _design.Kind == ExperimentKind.Switchback;
        if (_design.Kind != ExperimentKind.Ab && _design.Arms.Count != 2)
        {
            Add("arms", $"has {_design.Arms.Count} entries; {(isSwitchback ? "a switchback" : "interleaving")} compares two arms");
        }

        if (isSwitchback && _design.Schedule is null)
        {
            Add("schedule", "is missing; a switchback needs one, such as {kind: balanced, period: 24h, periods: 28}");
        }
        else if (!isSwitchback && _design.Schedule is not null)
        {
            Add("schedule", "belongs to the kind switchback only");
        }

        if (_design.Clusters is null && (isSwitchback || _design.Unit == UnitKind.Cluster))
        {
            Add("clusters", "is missing; say which traits of a request name its cluster, such as {by: category x city}");
        }

        if (isSwitchback && _design.Traffic < 1)
        {
            Add("traffic", "is below 1; a switchback treats whole clusters: name fewer of them in clusters.values instead");
        }

        if (isSwitchback && (_design.Layer is not null || _design.Exposure == ExposureRule.Differs))
        {
            Add(_design.Layer is not null ? "layer" : "exposure", "does not fit a switchback: every request of a cluster belongs to its period's arm");
        }

        if (_design.Kind != ExperimentKind.Interleaving)
        {
            return;
        }

        for (var i = 0; i < _design.Arms.Count; i++)
        {
            var arm = _design.Arms[i];
            if (arm.ChangesCandidates || arm.Mix is not null || arm.Explore is not null)
            {
                Add(string.Create(CultureInfo.InvariantCulture, $"arms[{i}]"), "sets more than how items are scored; interleaving drafts one page from two orders of the same candidates");
            }
        }
    }

    private void CheckTraits()
    {
        foreach (var name in _design.Targeting.Keys)
        {
            CheckTrait(TraitName.Parse(name), "targeting");
        }

        if (_design.Clusters is not { } clusters)
        {
            return;
        }

        foreach (var trait in TraitName.ParseAll(clusters.By))
        {
            CheckTrait(trait, "clusters.by");
        }

        if (clusters.Values is { } values && values.Distinct(StringComparer.Ordinal).Count() < values.Count)
        {
            Add("clusters.values", "names a cluster twice");
        }

        if (clusters.Map is { } map && clusters.Values?.FirstOrDefault(value => !map.Values.Contains(value)) is { } unknown)
        {
            Add("clusters.values", $"names '{unknown}', which no value of the map leads to", NearestName.Find(unknown, map.Values));
        }
    }

    private void CheckTrait(TraitName trait, string field)
    {
        if (trait.Name.Length == 0 || trait.Name.Any(char.IsWhiteSpace))
        {
            Add(field, $"has the part '{trait.Name}', which is no name; traits are joined as in 'category x city'");
        }
        else if (trait.Source.Length > 0 && !TraitName.Sources.Contains(trait.Source, StringComparer.Ordinal))
        {
            Add(field, $"names '{trait.Source}.{trait.Name}'; a trait is a bare name or begins with {string.Join(", ", TraitName.Sources)}", NearestName.Find(trait.Source, TraitName.Sources));
        }
    }

    private void CheckLayer()
    {
        if (_design.Layer is not { } layer)
        {
            return;
        }

        if (layer.From >= layer.To)
        {
            Add("layer.to", string.Create(CultureInfo.InvariantCulture, $"is {layer.To}, not above 'layer.from', {layer.From}: no unit would be inside"));
        }

        foreach (var other in Others())
        {
            if (other.Declaration.Layer is not { } theirs || theirs.Name != layer.Name)
            {
                continue;
            }

            if (theirs.From < layer.To && layer.From < theirs.To)
            {
                Add("layer", string.Create(CultureInfo.InvariantCulture, $"takes {layer.From} to {layer.To} of '{layer.Name}', which overlaps with {theirs.From} to {theirs.To} of experiment '{other.Name}'; parts of a layer exclude each other"));
            }

            if ((other.Declaration.Hash == AssignmentHashKind.Wide) != (_design.Hash == AssignmentHashKind.Wide) || other.Declaration.Unit != _design.Unit)
            {
                Add("layer", $"is shared with experiment '{other.Name}', which assigns by another hash or unit: the parts would not exclude each other");
            }
        }
    }

    private void CheckSchedule(VerticalDeclaration? vertical)
    {
        if (_design.Schedule is not { } schedule)
        {
            return;
        }

        var zones = schedule.TimeZones.Select(pair => ($"schedule.timeZones.{pair.Key}", pair.Value)).Append(("schedule.timeZone", schedule.TimeZone ?? vertical?.TimeZone ?? "UTC"));
        foreach (var (field, zone) in zones)
        {
            if (!TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _))
            {
                Add(field, $"is '{zone}'; no such IANA time zone is known", NearestName.Find(zone, TimeZoneInfo.GetSystemTimeZones().Select(known => known.Id)));
            }
        }

        var length = schedule.Period * schedule.Periods;
        if (schedule.BurnIn + schedule.BurnOut >= length)
        {
            Add("schedule.burnIn", $"and 'schedule.burnOut' leave nothing of the {Duration.Format(length)}");
        }

        if (schedule.FirstDay is { } day && !DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
        {
            Add("schedule.firstDay", $"is '{day}'; there is no such day");
        }
    }

    private void CheckReferences(VerticalDeclaration vertical)
    {
        _ = Find(vertical.Surfaces, _design.Surface, "surface");
        if (_design.Metrics.Primary.Count == 0)
        {
            Add("metrics.primary", "is empty; an experiment is run for something");
        }

        foreach (var (field, names) in new[] { ("primary", _design.Metrics.Primary), ("guardrails", _design.Metrics.Guardrails), ("diagnostics", _design.Metrics.Diagnostics) })
        {
            foreach (var name in names)
            {
                _ = Find(vertical.Metrics, name, $"metrics.{field}");
            }
        }

        for (var i = 0; i < _design.Arms.Count; i++)
        {
            var field = string.Create(CultureInfo.InvariantCulture, $"arms[{i}]");
            if (_design.Arms[i].Model is { } model && model != "none" && !surroundings.Models.Contains(model))
            {
                Add($"{field}.model", $"is '{model}'; {(surroundings.Models.Count == 0 ? "there are no models yet" : "there is no such model or version")}", NearestName.Find(model, surroundings.Models));
            }

            var features = surroundings.FeaturesOf(_design.Vertical);
            foreach (var feature in (_design.Arms[i].Weights?.Keys ?? []).Where(feature => !features.Contains(feature, StringComparer.Ordinal)))
            {
                Add($"{field}.weights.{feature}", "is no feature of the vertical", NearestName.Find(feature, features));
            }
        }
    }

    // Two independent experiments may share a surface as long as they turn different screws.
    private void CheckOthers()
    {
        var options = _design.Arms.SelectMany(arm => arm.Options()).ToHashSet(StringComparer.Ordinal);
        foreach (var other in Others().Where(other => other.Status == ExperimentStatus.Running))
        {
            var isApart = other.Declaration.Layer is { } theirs && _design.Layer is { } own && theirs.Name == own.Name;
            if (isApart || other.Declaration.Vertical != _design.Vertical || other.Declaration.Surface != _design.Surface)
            {
                continue;
            }

            var both = other.Declaration.Arms.SelectMany(arm => arm.Options()).Where(options.Contains).Distinct().ToList();
            if (both.Count > 0 || (other.Declaration.Kind == ExperimentKind.Interleaving && _design.Kind == ExperimentKind.Interleaving))
            {
                Add("arms", $"set {(both.Count > 0 ? string.Join(", ", both) : "the order")}, as experiment '{other.Name}' does on this surface; put both into one layer, or stop the other first");
            }
        }
    }

    private IEnumerable<Experiment> Others() =>
        surroundings.Experiments.Where(other => other.Name != _design.Name && other.Status != ExperimentStatus.Stopped);
}

/// <summary>Says what may be done with an experiment in its state.</summary>
public static class ExperimentRules
{
    /// <summary>Why a design may not be put over what there is; null when it may.</summary>
    /// <returns>The field, and the reason.</returns>
    public static FieldError? Refusal(Experiment? known, ExperimentDocument next)
    {
        ArgumentNullException.ThrowIfNull(next);
        if (known is null or { Status: ExperimentStatus.Designed })
        {
            return null;
        }

        if (known.Status == ExperimentStatus.Stopped)
        {
            return new FieldError("name", $"experiment '{known.Name}' is stopped; a new test needs a new name", Code: "experiment_stopped");
        }

        foreach (var change in ExperimentDocument.Changes(known.Document, next))
        {
            var field = change[..change.IndexOf(':', StringComparison.Ordinal)];
            if (field is not ("traffic" or "description"))
            {
                return new FieldError(field, $"experiment '{known.Name}' runs and is frozen ({change}); stop it and design another", Code: "experiment_frozen");
            }
        }

        return next.Declaration.Traffic < known.Declaration.Traffic
            ? new FieldError("traffic", "may only grow while the experiment runs: units that leave would be counted without being treated", Code: "experiment_frozen")
            : null;
    }
}
