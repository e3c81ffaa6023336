namespace Vitrina.Tests.Engine.Verticals;

/// <summary>The shipped goods vertical, as it is copied next to the binaries.</summary>
internal static class GoodsFile
{
    public static string Path => System.IO.Path.Combine(AppContext.BaseDirectory, "verticals", "goods.yaml");

    public static string Text => File.ReadAllText(Path);
}
