using System.Security.Cryptography;
using System.Text;

namespace Vitrina.Engine.Verticals;

/// <summary>A vertical's file as it was read: a declaration, or the list of everything that is wrong with it.</summary>
public sealed class VerticalFile
{
    private VerticalFile(string file, string version, VerticalDeclaration? declaration, IReadOnlyList<DeclarationError> errors)
    {
        File = file;
        Version = version;
        Declaration = declaration;
        Errors = errors;
    }

    /// <summary>The file's name.</summary>
    public string File { get; }

    /// <summary>Names this content: the first 16 hexadecimal digits of its SHA-256; empty when it could not be read.</summary>
    public string Version { get; }

    /// <summary>The vertical; null when there are errors.</summary>
    public VerticalDeclaration? Declaration { get; }

    /// <summary>All mistakes, in the order of the file; empty when it is valid.</summary>
    public IReadOnlyList<DeclarationError> Errors { get; }

    /// <summary>Reads a file. A file that cannot be read is an error in the list, never an exception.</summary>
    public static VerticalFile Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            return Parse(System.IO.File.ReadAllText(path, Encoding.UTF8), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return new VerticalFile(path, "", null, [new DeclarationError(path, 1, 1, $"the file cannot be read: {exception.Message}")]);
        }
    }

    /// <summary>Reads a text.</summary>
    /// <param name="text">YAML.</param>
    /// <param name="fileName">What positions call the file.</param>
    /// <remarks>Throws on no input; size, nesting and aliases are bounded.</remarks>
    public static VerticalFile Parse(string text, string fileName)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(fileName);
        var version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
        var errors = new ErrorList();
        var root = DeclarationReader.Read(text, fileName, errors);
        if (root is null)
        {
            return new VerticalFile(fileName, version, null, errors.InFileOrder());
        }

        var declaration = WithViews(DeclarationBinder.Bind<VerticalDeclaration>(root, "", errors));
        new VerticalChecker(declaration, root, errors).Check();
        return new VerticalFile(fileName, version, errors.Count == 0 ? declaration : null, errors.InFileOrder());
    }

    // Every list begins with being seen, so the view event exists even where nobody declares it.
    private static VerticalDeclaration WithViews(VerticalDeclaration declaration)
    {
        if (declaration.Events.ContainsKey("view"))
        {
            return declaration;
        }

        var events = new OrderedDictionary<string, EventDeclaration> { ["view"] = new() { Position = declaration.Position } };
        foreach (var (name, value) in declaration.Events)
        {
            events[name] = value;
        }

        return declaration with { Events = events };
    }
}
