using System.Globalization;

namespace Vitrina.Engine.Verticals;

/// <summary>Fills records from declaration nodes and reports everything that does not fit.</summary>
/// <remarks>
/// A type is bound by its public properties with a setter or init, named in camelCase: text, numbers, bool, enums (camelCase names),
/// <see cref="TimeSpan"/> (see <see cref="Duration"/>), <see cref="ViewsDeclaration"/>, <see cref="KindDeclaration"/>,
/// <see cref="DeclarationNode"/> (kept as it is), nested types, <c>IReadOnlyList&lt;T&gt;</c> and
/// <c>IReadOnlyDictionary&lt;string, T&gt;</c> (key order kept).
/// Property initialisers are the defaults. <c>required</c> or <c>[Required]</c> keys must stand in the file; <c>[Range]</c>,
/// <c>[RegularExpression]</c> and <c>[AllowedValues]</c> hold for values and for each element of a list,
/// for maps <c>[RegularExpression]</c> and <see cref="AllowedKeysAttribute"/> hold for the keys.
/// A property that is not nullable is never null afterwards, errors or not.
/// </remarks>
public static class DeclarationBinder
{
    /// <summary>Binds a map to a type.</summary>
    /// <typeparam name="T">A type with a parameterless constructor and public init properties.</typeparam>
    /// <param name="node">The map; a null scalar counts as an empty map.</param>
    /// <param name="name">What messages call the map.</param>
    /// <param name="errors">Receives the mistakes.</param>
    /// <returns>The object; where there were errors, with defaults in their place.</returns>
    public static T Bind<T>(DeclarationNode node, string name, ErrorList errors)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(node);
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(errors);
        return (T)BindObject(typeof(T), node, name, errors);
    }

    /// <summary>Binds an entry of a list of kinds.</summary>
    /// <returns>Null when the entry does not say its kind (then an error was added).</returns>
    internal static KindDeclaration? BindKind(DeclarationNode node, IReadOnlyList<string> discriminators, string path, ErrorList errors)
    {
        if (node is { Kind: DeclarationNodeKind.Scalar, IsNull: false })
        {
            var none = DeclarationNode.Map([], node.Position);
            return new KindDeclaration { Kind = node.Text, Discriminator = discriminators[0], Parameters = none, Position = node.Position };
        }

        var names = string.Join(" or ", discriminators.Select(d => $"'{d}'"));
        if (node.Kind != DeclarationNodeKind.Map)
        {
            errors.Add(node.Position, $"an entry of {Quoted(path)} must be a name or a map with {names}", field: path);
            return null;
        }

        var named = node.Entries.Where(e => discriminators.Contains(e.Key)).ToList();
        if (named.Count != 1)
        {
            var nearest = node.Entries.Select(e => NearestName.Find(e.Key, discriminators)).FirstOrDefault(n => n is not null);
            errors.Add(node.Position, $"an entry of {Quoted(path)} must have exactly one of the keys {names}", named.Count == 0 ? nearest : null, path);
            return null;
        }

        var kind = named[0].Value;
        if (kind.Kind != DeclarationNodeKind.Scalar || kind.IsNull)
        {
            errors.Add(kind.Position, $"'{named[0].Key}' in {Quoted(path)} must be a name", field: path);
            return null;
        }

        var parameters = DeclarationNode.Map([.. node.Entries.Where(e => e != named[0])], node.Position);
        return new KindDeclaration { Kind = kind.Text, Discriminator = named[0].Key, Parameters = parameters, Position = node.Position };
    }

    private static object BindObject(Type type, DeclarationNode node, string path, ErrorList errors)
    {
        var shape = DeclarationShape.Of(type);
        var bound = shape.Create();
        if (bound is IPositioned)
        {
            type.GetProperty(nameof(IPositioned.Position))!.SetValue(bound, node.Position);
        }

        if (node.Kind != DeclarationNodeKind.Map && !node.IsNull)
        {
            errors.Add(node.Position, $"{Quoted(path)} must be a map", field: path);
        }
        else
        {
            foreach (var entry in node.Entries.Where(e => shape.Find(e.Key) is null))
            {
                errors.Add(entry.KeyPosition, $"unknown key '{entry.Key}' in {Quoted(path)}", NearestName.Find(entry.Key, shape.Names), Join(path, entry.Key));
            }
        }

        foreach (var property in shape.Properties)
        {
            var value = node.Find(property.Name);
            if (value is not null)
            {
                if (BindProperty(property, value, Join(path, property.Name), errors) is { IsSet: true } outcome)
                {
                    property.Set(bound, outcome.Value);
                }
            }
            else if (property.IsRequired && (node.Kind == DeclarationNodeKind.Map || node.IsNull))
            {
                errors.Add(node.Position, $"missing key '{property.Name}' in {Quoted(path)}", field: Join(path, property.Name));
            }

            property.FillIfNull(bound);
        }

        return bound;
    }

    private static Outcome BindProperty(DeclarationProperty property, DeclarationNode node, string path, ErrorList errors)
    {
        if (node.IsNull && property.IsNullable)
        {
            return new Outcome(true, null);
        }

        return BindValue(property.Type, property, node, path, errors);
    }

    private static Outcome BindValue(Type type, DeclarationProperty property, DeclarationNode node, string path, ErrorList errors)
    {
        if (type == typeof(DeclarationNode))
        {
            return new Outcome(true, node);
        }

        if (type == typeof(KindDeclaration))
        {
            var kind = BindKind(node, property.Discriminators, path, errors);
            return new Outcome(kind is not null, kind);
        }

        if (DeclarationShape.ElementOfList(type) is { } element)
        {
            return BindList(element, property, node, path, errors);
        }

        if (DeclarationShape.ValueOfMap(type) is { } valueType)
        {
            return BindMap(valueType, property, node, path, errors);
        }

        return DeclarationScalar.IsScalar(type)
            ? BindScalar(type, property, node, path, errors)
            : new Outcome(true, BindObject(type, node, path, errors));
    }

    private static Outcome BindList(Type element, DeclarationProperty property, DeclarationNode node, string path, ErrorList errors)
    {
        IReadOnlyList<DeclarationNode> nodes = node.Elements;
        if (node.Kind != DeclarationNodeKind.List)
        {
            if (!property.IsOneOrMany || node.Kind != DeclarationNodeKind.Scalar || node.IsNull)
            {
                errors.Add(node.Position, $"{Quoted(path)} must be a list", field: path);
                return default;
            }

            nodes = [node];
        }

        var list = (System.Collections.IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(element))!;
        for (var i = 0; i < nodes.Count; i++)
        {
            var outcome = BindValue(element, property, nodes[i], string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), errors);
            if (outcome.IsSet)
            {
                list.Add(outcome.Value);
            }
        }

        return new Outcome(true, list);
    }

    private static Outcome BindMap(Type valueType, DeclarationProperty property, DeclarationNode node, string path, ErrorList errors)
    {
        if (node.Kind != DeclarationNodeKind.Map && !node.IsNull)
        {
            errors.Add(node.Position, $"{Quoted(path)} must be a map", field: path);
            return default;
        }

        var map = (System.Collections.IDictionary)Activator.CreateInstance(typeof(OrderedDictionary<,>).MakeGenericType(typeof(string), valueType))!;
        foreach (var entry in node.Entries)
        {
            if (property.AllowedKeys is { } allowed && !allowed.Contains(entry.Key))
            {
                var message = $"unknown key '{entry.Key}' in {Quoted(path)}; allowed: {string.Join(", ", allowed)}";
                errors.Add(entry.KeyPosition, message, NearestName.Find(entry.Key, allowed), Join(path, entry.Key));
            }
            else if (property.Pattern is { } pattern && !property.FitsPattern(entry.Key))
            {
                errors.Add(entry.KeyPosition, $"key '{entry.Key}' in {Quoted(path)} does not fit {pattern.Pattern}", field: Join(path, entry.Key));
            }

            // A wrong key's value is read all the same: its mistakes are reported in the same run.
            var outcome = BindValue(valueType, property, entry.Value, Join(path, entry.Key), errors);
            if (outcome.IsSet)
            {
                map[entry.Key] = outcome.Value;
            }
        }

        return new Outcome(true, map);
    }

    private static Outcome BindScalar(Type type, DeclarationProperty property, DeclarationNode node, string path, ErrorList errors)
    {
        if (node.Kind != DeclarationNodeKind.Scalar || node.IsNull)
        {
            errors.Add(node.Position, $"{Quoted(path)} must be {DeclarationScalar.Expected(type)}", field: path);
            return default;
        }

        if (!DeclarationScalar.TryRead(type, node, out var value))
        {
            var message = $"{Quoted(path)} is '{node.Text}'; it must be {DeclarationScalar.Expected(type)}";
            errors.Add(node.Position, message, DeclarationScalar.Nearest(type, node.Text), path);
            return default;
        }

        if (property.FindBreach(type, value) is { } breach)
        {
            errors.Add(node.Position, $"{Quoted(path)} is '{node.Text}'; it must {breach}", property.Nearest(node.Text), path);
            return default;
        }

        return new Outcome(true, value);
    }

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static string Quoted(string path) => path.Length == 0 ? "the file" : $"'{path}'";

    private readonly record struct Outcome(bool IsSet, object? Value);
}
