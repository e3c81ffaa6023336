namespace Vitrina.Tests;

/// <summary>Finds the shared data sets: under VITRINA_DATA, else in a <c>shared/data</c> folder beside one of the test binary's parents.</summary>
internal static class SharedData
{
    /// <summary>The folder of one data set; null when this machine does not have it.</summary>
    public static string? Folder(string name)
    {
        var root = Environment.GetEnvironmentVariable("VITRINA_DATA");
        if (!string.IsNullOrEmpty(root))
        {
            var folder = Path.Combine(root, name);
            return Directory.Exists(folder) ? folder : null;
        }

        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            var folder = Path.Combine(directory.FullName, "shared", "data", name);
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        return null;
    }
}
