using System.Globalization;

namespace Vitrina.Engine.Verticals;

/// <summary>Checks what one key of a vertical's file says against the others: references, and demands that span keys.</summary>
/// <remarks>What needs the areas' kinds (parameters of a feature, say) is checked where the kinds are bound.</remarks>
internal sealed class VerticalChecker
{
    private static readonly string[] EventFields = ["value", "price", "quantity"];
    private readonly VerticalDeclaration vertical;
    private readonly DeclarationNode root;
    private readonly ErrorList errors;
    private readonly IReadOnlyDictionary<string, AttributeDeclaration> attributes;

    public VerticalChecker(VerticalDeclaration vertical, DeclarationNode root, ErrorList errors)
    {
        this.vertical = vertical;
        this.root = root;
        this.errors = errors;
        attributes = vertical.Items.Attributes;
    }

    /// <summary>Adds every mistake to the list.</summary>
    public void Check()
    {
        if (root.Kind != DeclarationNodeKind.Map)
        {
            return;
        }

        CheckTimeZone();
        CheckItems();
        CheckAttributes(attributes, "items");
        CheckAttributes(vertical.Users.Attributes, "users");
        CheckAttributes(vertical.Sellers.Attributes, "sellers");
        CheckEvents();
        CheckMetrics();
        CheckStatistics();
        CheckTables();
        CheckSurfaces();
    }

    private void CheckTimeZone()
    {
        var name = vertical.TimeZone;
        var looksRight = name.Length is > 0 and < 100 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '/' or '_' or '-' or '+');
        if (!looksRight || !TimeZoneInfo.TryFindSystemTimeZoneById(name, out _))
        {
            var nearest = NearestName.Find(name, TimeZoneInfo.GetSystemTimeZones().Select(z => z.Id));
            errors.Add(At("timeZone"), $"'timeZone' is '{name}'; no such IANA time zone is known", nearest);
        }
    }

    private void CheckItems()
    {
        var items = vertical.Items;
        ExpectKeyword(items.Type, At("items", "type"), "'items.type'");
        for (var i = 0; i < items.Groups.Count; i++)
        {
            ExpectKeyword(items.Groups[i], At("items", "groups", i.ToString(CultureInfo.InvariantCulture)), "'items.groups'");
        }

        if (items.MatchGroup is { } matchGroup)
        {
            ExpectKeyword(matchGroup, At("items", "matchGroup"), "'items.matchGroup'");
        }

        if (attributes.TryGetValue(items.Type, out var type) && type.Multiple)
        {
            errors.Add(At("items", "type"), $"'items.type' names '{items.Type}', which may have several values; an item has one type");
        }

        if (items.MatchGroup is not null && attributes.TryGetValue(items.MatchGroup, out var match) && match.Multiple)
        {
            errors.Add(At("items", "matchGroup"),
                $"'items.matchGroup' names '{items.MatchGroup}', which may have several values; an item has one match group");
        }
    }

    private void ExpectKeyword(string name, SourcePosition position, string where)
    {
        if (name.Length == 0)
        {
            return;
        }

        if (!attributes.TryGetValue(name, out var attribute))
        {
            var keywords = attributes.Where(a => a.Value.Kind == AttributeKind.Keyword).Select(a => a.Key);
            errors.Add(position, $"{where} names '{name}', which is no item attribute", NearestName.Find(name, keywords));
        }
        else if (attribute.Kind != AttributeKind.Keyword)
        {
            errors.Add(position, $"{where} names '{name}', which is of kind {Camel(attribute.Kind)}; it must be a keyword");
        }
    }

    private void CheckAttributes(IReadOnlyDictionary<string, AttributeDeclaration> declared, string party)
    {
        foreach (var (name, attribute) in declared)
        {
            var path = $"{party}.attributes.{name}";
            // An attribute whose kind was not understood has one mistake, not one per key.
            var isKindKnown = root.Find(party)?.Find("attributes")?.Find(name)?.Find("kind") is { } kind && kind.Text == Camel(attribute.Kind);
            if (!isKindKnown)
            {
                continue;
            }

            foreach (var (key, fits, kinds) in KindDemands(attribute))
            {
                if (!fits && root.Find(party)?.Find("attributes")?.Find(name)?.Find(key) is { IsNull: false } written)
                {
                    errors.Add(written.Position, $"'{path}' is of kind {Camel(attribute.Kind)}; '{key}' belongs to {kinds}");
                }
            }

            if (attribute is { Kind: AttributeKind.Vector, Dimension: null })
            {
                errors.Add(attribute.Position, $"missing key 'dimension' in '{path}': a vector needs it");
            }

            if (attribute.Min > attribute.Max)
            {
                errors.Add(At(party, "attributes", name, "min"), $"'{path}' has min above max");
            }

            CheckDefault(attribute, path, At(party, "attributes", name, "default"));
            CheckParent(declared, name, At(party, "attributes", name, "parent"), path);
        }
    }

    private static IEnumerable<(string Key, bool Fits, string Kinds)> KindDemands(AttributeDeclaration attribute)
    {
        var kind = attribute.Kind;
        var isAmount = kind is AttributeKind.Number or AttributeKind.Days;
        yield return ("language", kind == AttributeKind.Text, "text");
        yield return ("boost", kind == AttributeKind.Text, "text");
        yield return ("facet", kind is AttributeKind.Keyword or AttributeKind.Number or AttributeKind.Bool || !attribute.Facet, "keyword, number and bool");
        yield return ("filter", kind is not (AttributeKind.Text or AttributeKind.Vector) || attribute.Filter != true, "keyword, number, bool, date, days and geo");
        yield return ("parent", kind == AttributeKind.Keyword, "keyword");
        yield return ("unit", isAmount, "number and days");
        yield return ("min", isAmount, "number and days");
        yield return ("max", isAmount, "number and days");
        yield return ("default", isAmount || kind is AttributeKind.Keyword or AttributeKind.Bool, "keyword, number, bool and days");
        yield return ("values", kind == AttributeKind.Keyword, "keyword");
        yield return ("perZone", isAmount || !attribute.PerZone, "number and days");
        yield return ("dimension", kind == AttributeKind.Vector, "vector");
        yield return ("metric", kind == AttributeKind.Vector, "vector");
        yield return ("multiple", kind == AttributeKind.Keyword || !attribute.Multiple, "keyword");
    }

    private void CheckDefault(AttributeDeclaration attribute, string path, SourcePosition position)
    {
        if (attribute.Default is not { } text)
        {
            return;
        }

        if (attribute.Required)
        {
            errors.Add(position, $"'{path}' is required and has a default; one excludes the other");
        }

        if (attribute.Kind == AttributeKind.Keyword && attribute.Values is { } values && !values.Contains(text))
        {
            errors.Add(position, $"the default '{text}' of '{path}' is not among its values", NearestName.Find(text, values));
        }
        else if (attribute.Kind is AttributeKind.Number or AttributeKind.Days or AttributeKind.Bool)
        {
            var number = AttributeSlot.ReadNumber(attribute.Kind, text);
            if (double.IsNaN(number))
            {
                errors.Add(position, $"the default '{text}' of '{path}' is no {Camel(attribute.Kind)}");
            }
            else if (number < attribute.Min || number > attribute.Max)
            {
                errors.Add(position, $"the default '{text}' of '{path}' is outside its min and max");
            }
        }
    }

    private void CheckParent(IReadOnlyDictionary<string, AttributeDeclaration> declared, string name, SourcePosition position, string path)
    {
        if (declared[name] is not { Kind: AttributeKind.Keyword, Parent: { } parent })
        {
            return;
        }

        if (!declared.TryGetValue(parent, out var attribute) || attribute.Kind != AttributeKind.Keyword)
        {
            var keywords = declared.Where(a => a.Value.Kind == AttributeKind.Keyword && a.Key != name).Select(a => a.Key);
            errors.Add(position, $"the parent of '{path}' is '{parent}', which is no keyword attribute", NearestName.Find(parent, keywords));
            return;
        }

        var above = parent;
        for (var steps = 0; steps <= declared.Count; steps++)
        {
            if (above == name)
            {
                errors.Add(position, $"'{path}' is its own ancestor");
                return;
            }

            if (!declared.TryGetValue(above, out var next) || next.Parent is null)
            {
                return;
            }

            above = next.Parent;
        }
    }

    private void CheckEvents()
    {
        foreach (var (name, declared) in vertical.Events)
        {
            if (declared.Value is not { } value || EventFields.Contains(value))
            {
                continue;
            }

            if (!attributes.TryGetValue(value, out var attribute) || attribute.Kind is not (AttributeKind.Number or AttributeKind.Days))
            {
                var valid = attributes.Where(a => a.Value.Kind is AttributeKind.Number or AttributeKind.Days).Select(a => a.Key).Concat(EventFields);
                errors.Add(At("events", name, "value"),
                    $"the value of event '{name}' is '{value}', which is neither a number attribute of the item nor a field of the event",
                    NearestName.Find(value, valid));
            }
        }
    }

    private void CheckMetrics()
    {
        string[] units = ["session", "user", "item"];
        foreach (var (name, metric) in vertical.Metrics)
        {
            if (metric.Per.Length > 0 && !units.Contains(metric.Per) && !vertical.Events.ContainsKey(metric.Per))
            {
                errors.Add(At("metrics", name, "per"),
                    $"'metrics.{name}.per' is '{metric.Per}', which is neither session, user, item nor a declared event",
                    NearestName.Find(metric.Per, units.Concat(vertical.Events.Keys)));
            }

            if (metric.Count is null == metric.Sum is null)
            {
                errors.Add(metric.Position, $"'metrics.{name}' must have exactly one of 'count' and 'sum'");
            }

            if (metric.Count is { } counted)
            {
                ExpectEvent(counted, At("metrics", name, "count"), $"'metrics.{name}.count'");
            }

            if (metric.Sum?.Split('.') is [var summed, var field])
            {
                ExpectEvent(summed, At("metrics", name, "sum"), $"'metrics.{name}.sum'");
                if (field == "value" && vertical.Events.TryGetValue(summed, out var declared) && declared.Value is null)
                {
                    errors.Add(At("metrics", name, "sum"),
                        $"'metrics.{name}.sum' adds the value of '{summed}', but event '{summed}' declares no value");
                }
            }
        }
    }

    private void ExpectEvent(string name, SourcePosition position, string where)
    {
        if (!vertical.Events.ContainsKey(name))
        {
            errors.Add(position, $"{where} names '{name}', which is no declared event", NearestName.Find(name, vertical.Events.Keys));
        }
    }

    private void CheckStatistics()
    {
        var windows = vertical.Statistics.Windows;
        for (var i = 0; i < windows.Count; i++)
        {
            if (windows[i].Ticks % TimeSpan.TicksPerDay != 0)
            {
                errors.Add(At("statistics", "windows", i.ToString(CultureInfo.InvariantCulture)),
                    $"window '{Duration.Format(windows[i])}' is not a whole number of days");
            }
        }

        if (vertical.Statistics.Offers is { } offers)
        {
            CheckMatch(offers);
        }

        foreach (var (name, strength) in vertical.Statistics.Offers?.Priors ?? new Dictionary<string, double>())
        {
            if (strength < 0)
            {
                errors.Add(At("statistics", "offers", "priors", name), $"the prior of '{name}' is negative");
            }
        }
    }

    private void CheckMatch(OffersDeclaration offers)
    {
        var isNamed = offers.Match is not (OffersDeclaration.MatchAuto or OffersDeclaration.MatchOff);
        if (isNamed && vertical.Items.MatchGroup is not null)
        {
            errors.Add(At("statistics", "offers", "match"), $"'statistics.offers.match' compares '{offers.Match}', but 'items.matchGroup' says already which items are the same product");
        }
        else if (isNamed && !(attributes.TryGetValue(offers.Match, out var attribute) && attribute.Kind == AttributeKind.Text))
        {
            var known = attributes.Where(pair => pair.Value.Kind == AttributeKind.Text).Select(pair => pair.Key).Concat([OffersDeclaration.MatchAuto, OffersDeclaration.MatchOff]);
            errors.Add(At("statistics", "offers", "match"), $"'statistics.offers.match' is '{offers.Match}', which is not a text attribute of the item", NearestName.Find(offers.Match, known));
        }

        if (offers.Priors.ContainsKey("matchGroup") && vertical is { Items.MatchGroup: null, MatchedBy: null })
        {
            errors.Add(At("statistics", "offers", "priors", "matchGroup"), "'statistics.offers.priors.matchGroup' needs 'items.matchGroup', or a text attribute 'title' to find match groups by");
        }
    }

    private void CheckTables()
    {
        const string Pair = "user x ";
        foreach (var (name, table) in vertical.Tables)
        {
            if (table.Key.StartsWith(Pair, StringComparison.Ordinal))
            {
                ExpectKeyword(table.Key[Pair.Length..], At("tables", name, "key"), $"'tables.{name}.key'");
            }

            if (table.Columns.Count == 0 && root.Find("tables")?.Find(name)?.Find("columns") is { } columns)
            {
                errors.Add(columns.Position, $"'tables.{name}.columns' is empty");
            }
        }
    }

    private void CheckSurfaces()
    {
        foreach (var (name, surface) in vertical.Surfaces)
        {
            if (surface.Score is { Model: not null, Formula: not null })
            {
                errors.Add(At("surfaces", name, "score", "formula"),
                    $"'surfaces.{name}.score' has both a model and a formula; one excludes the other");
            }

            if (surface.Candidates is { } candidates && !vertical.Items.Groups.Contains(candidates.Groups))
            {
                errors.Add(At("surfaces", name, "candidates", "groups"),
                    $"'surfaces.{name}.candidates.groups' names '{candidates.Groups}', which is not one of items.groups", NearestName.Find(candidates.Groups, vertical.Items.Groups));
            }

            if (surface.Size > surface.MaxSize)
            {
                errors.Add(At("surfaces", name, "size"), $"'surfaces.{name}.size' is above its maxSize of {surface.MaxSize}");
            }
        }
    }

    /// <summary>The position of the deepest part of a path that stands in the file; list elements are named by their number.</summary>
    private SourcePosition At(params ReadOnlySpan<string> path)
    {
        var node = root;
        foreach (var name in path)
        {
            var next = node.Kind == DeclarationNodeKind.List && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
                ? index < node.Elements.Count ? node.Elements[index] : null
                : node.Find(name);
            if (next is null)
            {
                break;
            }

            node = next;
        }

        return node.Position;
    }

    private static string Camel(AttributeKind kind) => kind.ToString().ToLowerInvariant();
}
