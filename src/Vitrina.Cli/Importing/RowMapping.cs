using System.Buffers.Text;
using System.Text;
using Vitrina.Engine.Verticals;

namespace Vitrina.Cli.Importing;

/// <summary>A checked declaration of how a file's rows become documents; bound to a file's columns when the file is opened.</summary>
internal sealed class RowMapping
{
    private static readonly Dictionary<ImportKind, (string Name, FieldShape Shape)[]> Targets = new()
    {
        [ImportKind.Items] =
        [
            ("id", FieldShape.Text), ("op", FieldShape.Text), ("at", FieldShape.Time), ("vertical", FieldShape.Text), ("seller", FieldShape.Text),
            ("owner", FieldShape.Text), ("publishedAt", FieldShape.Time), ("expiresAt", FieldShape.Time), ("stock", FieldShape.Number),
            ("active", FieldShape.Bool),
        ],
        [ImportKind.Users] = [("id", FieldShape.Text), ("at", FieldShape.Time)],
        [ImportKind.Sellers] = [("id", FieldShape.Text), ("at", FieldShape.Time)],
        [ImportKind.Features] = [("table", FieldShape.Text), ("key", FieldShape.Text), ("validFrom", FieldShape.Time)],
        [ImportKind.Rankings] =
        [
            ("id", FieldShape.Text), ("at", FieldShape.Time), ("vertical", FieldShape.Text), ("surface", FieldShape.Text), ("user", FieldShape.Text),
            ("session", FieldShape.Text), ("query", FieldShape.Text), ("offset", FieldShape.Number), ("items", FieldShape.List),
        ],
        [ImportKind.Events] =
        [
            ("id", FieldShape.Text), ("type", FieldShape.Text), ("occurredAt", FieldShape.Time), ("item", FieldShape.Text), ("user", FieldShape.Text),
            ("session", FieldShape.Text), ("rankingId", FieldShape.Text), ("token", FieldShape.Text), ("position", FieldShape.Number),
            ("query", FieldShape.Text), ("channel", FieldShape.Text), ("value", FieldShape.Number), ("price", FieldShape.Number),
            ("quantity", FieldShape.Number), ("delivery", FieldShape.Number),
        ],
    };

    private readonly List<MappedField> _fields = [];

    private RowMapping(FileDeclaration declaration) => Declaration = declaration;

    /// <summary>The declaration.</summary>
    public FileDeclaration Declaration { get; }

    /// <summary>The fields in the order in which a document is written: plain ones first, then group by group.</summary>
    public IReadOnlyList<MappedField> Fields => _fields;

    /// <summary>Checks a declaration against the verticals.</summary>
    /// <param name="declaration">One entry of a mapping file.</param>
    /// <param name="vertical">The vertical of its items; null when the rows say it.</param>
    /// <param name="verticals">Where attributes, tables and surfaces are declared.</param>
    /// <param name="errors">Receives the mistakes with their positions.</param>
    public static RowMapping Check(FileDeclaration declaration, string? vertical, DocumentVerticals verticals, ErrorList errors)
    {
        var mapping = new RowMapping(declaration);
        foreach (var (path, node) in declaration.Columns)
        {
            var value = node.Kind == DeclarationNodeKind.Scalar
                ? new ValueDeclaration { Column = node.Text, Position = node.Position }
                : DeclarationBinder.Bind<ValueDeclaration>(node, path, errors);
            CheckValue(path, value, errors);
            if (ShapeOf(declaration, path, vertical, verticals, node.Position, errors) is { } shape)
            {
                if (value.Constant is { } constant && shape is FieldShape.Number or FieldShape.Bool)
                {
                    CheckConstant(path, shape, constant, errors);
                }

                mapping._fields.Add(new MappedField(path, shape, value));
            }
        }

        foreach (var (column, condition) in declaration.Where)
        {
            if (condition.Kind == DeclarationNodeKind.Map)
            {
                errors.Add(condition.Position, $"'where.{column}' must be notEmpty, a value or a list of values");
            }
        }

        if (declaration is { Kind: ImportKind.Features, Table: null } && !declaration.Columns.ContainsKey("table"))
        {
            errors.Add(declaration.Position, "a file of features must say its 'table'", null);
        }

        var ordered = mapping._fields.OrderBy(field => field.Group, StringComparer.Ordinal).ToList();
        mapping._fields.Clear();
        mapping._fields.AddRange(ordered);
        return mapping;
    }

    private static void CheckConstant(string path, FieldShape shape, DeclarationNode constant, ErrorList errors)
    {
        var fits = shape == FieldShape.Bool
            ? constant.Text is "true" or "false"
            : Utf8Parser.TryParse(Encoding.UTF8.GetBytes(constant.Text), out double number, out var used) && used == Encoding.UTF8.GetByteCount(constant.Text)
                && double.IsFinite(number) && (char.IsAsciiDigit(constant.Text[0]) || constant.Text[0] == '-') && char.IsAsciiDigit(constant.Text[^1]);
        if (!fits || constant.IsQuoted)
        {
            errors.Add(constant.Position, $"'{path}' is '{constant.Text}'; it must be {(shape == FieldShape.Bool ? "true or false" : "a number")}");
        }
    }

    private static void CheckValue(string path, ValueDeclaration value, ErrorList errors)
    {
        var sources = (value.Column is null ? 0 : 1) + (value.Constant is null ? 0 : 1) + (value.Hash is null ? 0 : 1)
            + (value.Join is null ? 0 : 1) + (value.Point is null ? 0 : 1) + (value.PositionOf is null ? 0 : 1);
        if (sources != 1)
        {
            errors.Add(value.Position, $"'{path}' must have exactly one of column, constant, hash, join, point and positionOf");
        }

        if (value.Constant is { Kind: not DeclarationNodeKind.Scalar } constant)
        {
            errors.Add(constant.Position, $"the constant of '{path}' must be a single value");
        }

        if (value.Point is { Count: not 2 })
        {
            errors.Add(value.Position, $"'{path}.point' must name two columns: latitude and longitude");
        }

        if (value.PositionOf is null != value.In is null)
        {
            errors.Add(value.Position, $"'{path}' needs both positionOf and in");
        }

        if (value.Parse == ValueParser.DateTime != value.Format is not null)
        {
            errors.Add(value.Position, $"'{path}' needs both 'parse: dateTime' and a format");
        }

        if (value.BaseDate is { EarliestOf: not null, Year: null })
        {
            errors.Add(value.BaseDate.Position, $"'{path}.baseDate' with earliestOf needs the year of the dates");
        }

        if (value.BaseDate is { EarliestOf: null, Date: null })
        {
            errors.Add(value.BaseDate.Position, $"'{path}.baseDate' must have a date or earliestOf");
        }

        if (value.BaseDate?.Date is { } date && !DateOnly.TryParseExact(date, "yyyy-MM-dd", out _))
        {
            errors.Add(value.BaseDate.Position, $"'{path}.baseDate.date' is '{date}'; there is no such day");
        }
    }

    private static FieldShape? ShapeOf(
        FileDeclaration declaration, string path, string? vertical, DocumentVerticals verticals, SourcePosition position, ErrorList errors)
    {
        var targets = Targets[declaration.Kind];
        foreach (var (name, shape) in targets)
        {
            if (name == path)
            {
                return shape;
            }
        }

        var dot = path.IndexOf('.', StringComparison.Ordinal);
        var (group, member) = dot < 0 ? ("", path) : (path[..dot], path[(dot + 1)..]);
        switch (group, declaration.Kind)
        {
            case ("context", ImportKind.Events or ImportKind.Rankings):
                return FieldShape.Text;
            case ("columns", ImportKind.Features):
                return FieldShape.Number;
            case ("attributes", ImportKind.Items or ImportKind.Users or ImportKind.Sellers):
                return ShapeOfAttribute(declaration.Kind, member, vertical, verticals, position, errors);
            default:
                var names = targets.Select(target => target.Name).Append(declaration.Kind switch
                {
                    ImportKind.Events or ImportKind.Rankings => "context.…",
                    ImportKind.Features => "columns.…",
                    _ => "attributes.…",
                }).ToList();
                errors.Add(position, $"there is no field '{path}'; fields are {string.Join(", ", names)}", NearestName.Find(path, names));
                return null;
        }
    }

    private static FieldShape? ShapeOfAttribute(
        ImportKind kind, string name, string? vertical, DocumentVerticals verticals, SourcePosition position, ErrorList errors)
    {
        IReadOnlyList<ItemSchema> schemas = kind == ImportKind.Users ? verticals.Users
            : kind == ImportKind.Sellers ? verticals.Sellers
            : verticals.TryGet(vertical ?? verticals.OnlyName, out _, out var items) ? [items]
            : [];
        var slots = schemas.SelectMany(schema => schema.Slots).ToList();
        if (slots.Find(slot => slot.Name == name) is { } found)
        {
            return found.Kind switch
            {
                AttributeKind.Number or AttributeKind.Days => FieldShape.Number,
                AttributeKind.Bool => FieldShape.Bool,
                AttributeKind.Date => FieldShape.Time,
                AttributeKind.Geo or AttributeKind.Vector => FieldShape.Json,
                AttributeKind.Keyword when found.Declaration.Multiple => FieldShape.List,
                _ => FieldShape.Text,
            };
        }

        var known = slots.Select(slot => slot.Name).Distinct().ToList();
        errors.Add(position, $"there is no attribute '{name}'; attributes are {string.Join(", ", known)}", NearestName.Find(name, known));
        return null;
    }
}

/// <summary>One field of the documents that a mapping makes.</summary>
/// <param name="Path">The field, such as <c>attributes.price</c>.</param>
/// <param name="Shape">What it takes.</param>
/// <param name="Value">Where its value comes from.</param>
internal sealed record MappedField(string Path, FieldShape Shape, ValueDeclaration Value)
{
    /// <summary>The group that the field stands in; empty for the document itself.</summary>
    public string Group { get; } = Path.Contains('.', StringComparison.Ordinal) ? Path[..Path.IndexOf('.', StringComparison.Ordinal)] : "";
}
