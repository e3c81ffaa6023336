namespace Vitrina.Engine.Verticals;

/// <summary>Checks the names that features' parameters refer to: attributes, events, tables, sources.</summary>
/// <remarks>
/// Parameters that mean the same in every feature kind are known by name here: <c>of</c> and <c>per</c> are events, <c>attribute</c> an
/// item attribute, <c>field</c> a text attribute, <c>key</c> and <c>to</c> what is counted or compared by. Kinds themselves are bound elsewhere.
/// </remarks>
internal sealed class FeatureReferenceChecker(VerticalDeclaration vertical, ErrorList errors)
{
    private static readonly string[] KeyWords = ["item", "query", "user", "seller", "type", "matchGroup", "offer"];
    private static readonly string[] GroupWords = ["type", "matchGroup"];
    private readonly IReadOnlyDictionary<string, AttributeDeclaration> attributes = vertical.Items.Attributes;

    /// <summary>Adds every dangling reference to the list.</summary>
    public void Check()
    {
        foreach (var feature in vertical.Features)
        {
            foreach (var parameter in feature.Parameters.Entries)
            {
                CheckParameter(feature, parameter);
            }
        }
    }

    private void CheckParameter(KindDeclaration feature, DeclarationEntry parameter)
    {
        foreach (var name in NamesIn(parameter.Value))
        {
            switch (parameter.Key)
            {
                case "of" or "per":
                    Expect(name, vertical.Events.Keys, feature, parameter.Key, "a declared event");
                    break;
                case "field":
                    Expect(name, AttributesOf(AttributeKind.Text), feature, parameter.Key, "a text attribute of the item");
                    break;
                case "attribute":
                    Expect(name, attributes.Keys, feature, parameter.Key, "an item attribute");
                    break;
                case "key":
                    Expect(name, KeyWords.Concat(AttributesOf(AttributeKind.Keyword)), feature, parameter.Key,
                        $"one of {string.Join(", ", KeyWords)} or a keyword attribute");
                    break;
                case "to" when feature.Kind == "relativePrice":
                    Expect(name, GroupWords.Concat(AttributesOf(AttributeKind.Keyword)), feature, parameter.Key,
                        "type, matchGroup or a keyword attribute");
                    break;
                case "name" when feature.Kind == "attribute":
                    CheckAttributeValue(feature, name);
                    break;
                case "name" when feature.Kind == "table":
                    CheckTable(feature, name);
                    break;
                case "source" when feature.Kind == "sourceRank":
                    Expect(name, vertical.Surfaces.Values.SelectMany(s => s.Sources).Select(s => s.Kind).Distinct(), feature, parameter.Key,
                        "a source of a surface");
                    break;
            }
        }
    }

    private void CheckAttributeValue(KindDeclaration feature, DeclarationNode name)
    {
        AttributeKind[] numeric = [AttributeKind.Number, AttributeKind.Days, AttributeKind.Bool, AttributeKind.Date];
        if (attributes.TryGetValue(name.Text, out var attribute) && !numeric.Contains(attribute.Kind))
        {
            errors.Add(name.Position, $"feature 'attribute' reads '{name.Text}', which has no number; only number, days, bool and date attributes have");
            return;
        }

        Expect(name, AttributesOf(numeric), feature, "name", "an item attribute");
    }

    private void CheckTable(KindDeclaration feature, DeclarationNode name)
    {
        Expect(name, vertical.Tables.Keys, feature, "name", "a declared table");
        if (vertical.Tables.TryGetValue(name.Text, out var table) && feature.Parameters.Find("column") is { Kind: DeclarationNodeKind.Scalar } column)
        {
            Expect(column, table.Columns.Keys, feature, "column", $"a column of table '{name.Text}'");
        }
    }

    private IEnumerable<string> AttributesOf(params AttributeKind[] kinds) => attributes.Where(a => kinds.Contains(a.Value.Kind)).Select(a => a.Key);

    private void Expect(DeclarationNode name, IEnumerable<string> valid, KindDeclaration feature, string parameter, string meaning)
    {
        if (!valid.Contains(name.Text))
        {
            errors.Add(name.Position, $"'{parameter}' of feature '{feature.Kind}' is '{name.Text}'; it must be {meaning}",
                NearestName.Find(name.Text, valid));
        }
    }

    // A value that is no name (a map, say) is left to the kind's own binding, which says what it expects.
    private static IEnumerable<DeclarationNode> NamesIn(DeclarationNode node) =>
        (node.Kind == DeclarationNodeKind.List ? node.Elements : [node]).Where(n => n is { Kind: DeclarationNodeKind.Scalar, IsNull: false });
}
