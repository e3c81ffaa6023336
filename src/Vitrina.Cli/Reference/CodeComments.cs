using System.Collections.Concurrent;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Vitrina.Cli.Reference;

/// <summary>The documentation comments of an assembly, from the .xml file that the compiler writes beside it, as Markdown.</summary>
internal sealed partial class CodeComments
{
    private static readonly ConcurrentDictionary<Assembly, CodeComments> Known = new();
    private readonly Dictionary<string, XElement> _members;

    private CodeComments(Assembly assembly)
    {
        var file = Path.Combine(AppContext.BaseDirectory, $"{assembly.GetName().Name}.xml");
        if (!File.Exists(file))
        {
            throw new UsageException($"'{file}' is missing: the reference is made from a build with its documentation files");
        }

        _members = XDocument.Load(file).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value, StringComparer.Ordinal);
    }

    /// <summary>The summary of a type; empty when it has none.</summary>
    public static string Of(Type type) => Find(type.Assembly, $"T:{NameOf(type)}", "summary");

    /// <summary>The remarks of a type; empty when it has none.</summary>
    public static string RemarksOf(Type type) => Find(type.Assembly, $"T:{NameOf(type)}", "remarks");

    /// <summary>The summary of a property; empty when it has none.</summary>
    public static string Of(PropertyInfo property) => Find(property.DeclaringType!.Assembly, $"P:{NameOf(property.DeclaringType!)}.{property.Name}", "summary");

    /// <summary>The summary of a value of an enum; empty when it has none.</summary>
    public static string OfValue(Type type, string value) => Find(type.Assembly, $"F:{NameOf(type)}.{value}", "summary");

    private static string Find(Assembly assembly, string member, string part) =>
        Known.GetOrAdd(assembly, key => new CodeComments(key))._members.TryGetValue(member, out var element) ? Text(element.Element(part)) : "";

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private static string Text(XElement? element)
    {
        if (element is null)
        {
            return "";
        }

        var text = new StringBuilder();
        foreach (var node in element.Nodes())
        {
            text.Append(node switch
            {
                XText plain => plain.Value,
                XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
                XElement { Name.LocalName: "see" or "paramref" } reference => $"`{LastName(reference)}`",
                XElement other => Text(other),
                _ => "",
            });
        }

        return Spaces().Replace(text.ToString(), " ").Trim();
    }

    private static string LastName(XElement reference)
    {
        var name = (reference.Attribute("cref") ?? reference.Attribute("langword") ?? reference.Attribute("name"))?.Value ?? reference.Value;
        return name[(name.LastIndexOf('.') + 1)..];
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
